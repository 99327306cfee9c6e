"""GET aggregation: correct histories pass; a GET that is incomplete, invents, doubles or mixes is found."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.events import NEMESIS, Event, Type
from harness.messages.checkers import aggregation
from tests.checkers.said import one_after_another, said, unknown
from tests.checkers.simulated import Simulated, correct, last_of, with_value


def names(events: tuple[Event, ...]) -> set[str]:
    return {anomaly.name for anomaly in aggregation.check(events).anomalies}


def changed(simulated: Simulated, part: str, **change: Any) -> tuple[Event, ...]:
    """The history with a change in the last GET."""
    get = last_of(simulated.events, "get")
    return with_value(simulated.events, get.index, {**get.value, part: {**get.value[part], **change}})


@given(correct())
def test_a_correct_history_is_valid(simulated: Simulated) -> None:
    assert aggregation.check(simulated.events).validity is Validity.VALID


@given(correct(), st.data())
def test_a_message_acknowledged_before_the_get_must_be_in_its_logging_part(
    simulated: Simulated, data: st.DataObject
) -> None:
    assume(simulated.acknowledged)
    missing = data.draw(st.sampled_from(simulated.acknowledged))
    ids = [id_ for id_ in last_of(simulated.events, "get").value["logging"]["ids"] if id_ != missing]
    assert names(changed(simulated, "logging", ids=ids)) == {"incomplete logging part"}


def test_a_message_acknowledged_while_the_get_was_under_way_may_be_missing() -> None:
    empty = {"logging": {"from": "logging-1", "ids": []}, "messages": {"from": "messages-1", "ids": []}}
    events = (
        Event(0, 1, "invoke", "post", {"id": "a", "msg": "m-000001"}, 1),
        Event(1, 2, "invoke", "get", None, 2),
        Event(2, 1, "ok", "post", {"id": "a", "msg": "m-000001"}, 3),
        Event(3, 2, "ok", "get", empty, 4),
    )
    assert aggregation.check(events).validity is Validity.VALID


@given(correct(), st.sampled_from(["logging", "messages"]))
def test_a_message_that_nobody_posted_is_invented(simulated: Simulated, part: str) -> None:
    ids = [*last_of(simulated.events, "get").value[part]["ids"], "from nowhere"]
    assert "invented" in names(changed(simulated, part, ids=ids))


def test_what_the_facade_says_is_surely_not_on_the_queue_may_be_logged_and_comes_out_of_no_instance() -> None:
    def shown(logged: list[str], held: list[str]) -> dict[str, object]:
        return {"logging": {"from": "logging-1", "ids": logged}, "messages": {"from": "messages-1", "ids": held}}

    post = {"id": "a", "msg": "a"}
    denied: tuple[str, object, Type, object] = ("post", post, "info", {**post, "queued": False})
    right = one_after_another(denied, ("get", None, "ok", shown(["a"], [])))
    assert said(aggregation.check(right)) == []
    wrong = one_after_another(denied, ("get", None, "ok", shown([], ["a"])))
    assert said(aggregation.check(wrong)) == [
        (
            "wrongly denied",
            "a GET answered by messages-1 held 1 messages of which the facade had said that the queue surely has not "
            "got them: a",
            [0, 2],
        )
    ]


@given(correct(), st.sampled_from(["logging", "messages"]))
def test_a_message_twice_in_a_part_is_doubled(simulated: Simulated, part: str) -> None:
    ids = last_of(simulated.events, "get").value[part]["ids"]
    assume(ids)
    assert names(changed(simulated, part, ids=[*ids, ids[0]])) == {"doubled"}


@given(correct())
def test_the_set_of_one_instance_under_the_name_of_another_is_no_aggregation(simulated: Simulated) -> None:
    drain, get = last_of(simulated.events, "drain").value, last_of(simulated.events, "get").value
    assume(drain["messages-1"] != drain["messages-2"])
    other = "messages-2" if get["messages"]["from"] == "messages-1" else "messages-1"
    assert names(changed(simulated, "messages", **{"from": other})) == {"wrong aggregation"}


@given(correct())
def test_messages_of_nobody_are_unnamed(simulated: Simulated) -> None:
    assume(last_of(simulated.events, "get").value["messages"]["ids"])
    assert "unnamed" in names(changed(simulated, "messages", **{"from": None}))


@given(correct())
def test_without_a_get_nothing_can_be_said(simulated: Simulated) -> None:
    verdict = aggregation.check(tuple(event for event in simulated.events if event.f != "get"))
    assert verdict.validity is Validity.UNKNOWN
    assert said(verdict) == unknown("no GET of the facade succeeded, so its aggregation was not seen")


@given(correct(), st.data())
def test_an_answer_of_before_the_last_acknowledgement_is_incomplete(simulated: Simulated, data: st.DataObject) -> None:
    gets = [event for event in simulated.events if event.f == "get" and event.type == "ok"]
    old = set(data.draw(st.sampled_from(gets)).value["logging"]["ids"])
    assume(set(simulated.acknowledged) - old)
    assert names(changed(simulated, "logging", ids=sorted(old))) == {"incomplete logging part"}


@given(correct(), st.data())
def test_what_the_instance_was_drained_of_must_be_shown(simulated: Simulated, data: st.DataObject) -> None:
    ids = last_of(simulated.events, "get").value["messages"]["ids"]
    assume(ids)
    missing = data.draw(st.sampled_from(ids))
    assert names(changed(simulated, "messages", ids=[id_ for id_ in ids if id_ != missing])) == {"wrong aggregation"}


def stale(*logged: list[str]) -> tuple[Event, ...]:
    """Two acknowledged posts, and then GETs with these logging parts, a second apart."""
    steps: list[tuple[str, Any, Any, int]] = []
    for number, id_ in enumerate("ab"):
        post = {"id": id_, "msg": f"m-{id_}"}
        steps.append(("post", post, {**post, "partition": 0}, number))
    for number, ids in enumerate(logged):
        logging = {"from": "logging-1", "ids": ids}
        steps.append(("get", None, {"logging": logging, "messages": {"from": None, "ids": []}}, 10 + number))
    events: list[Event] = []
    for f, asked, answered, second in steps:
        events.append(Event(len(events), 1, "invoke", f, asked, second * 10**9))
        events.append(Event(len(events), 1, "ok", f, answered, second * 10**9 + 5 * 10**8))
    return tuple(events)


def test_many_stale_gets_are_told_once_with_their_number_their_time_and_what_came_back() -> None:
    lacked = "a GET answered by logging-1 lacked 1 of 2 messages that had been acknowledged before it: b"
    told = f"incomplete logging part: {lacked}"
    verdict = aggregation.check(stale(["a"], ["a", "b"], ["b"], ["a", "b"]))
    assert verdict.sentences == f"{told}; the first of 2 of 4 answers like it, over 2.5 s; all came back"
    assert [operation.f for operation in verdict.anomalies[0].operations] == ["post", "post", "get", "get"]
    verdict = aggregation.check(stale(["a"], ["b"], ["a"]))
    assert verdict.sentences == (
        f"{told}; the first of 3 of 3 answers like it, over 2.5 s; 1 of 2 messages not in the last answer either"
    )
    assert aggregation.check(stale(["a", "b"], ["a"])).sentences == f"{told}"


def post(id_: str, outcome: Type = "ok") -> tuple[str, Any, Type, Any]:
    return "post", {"id": id_, "msg": id_}, outcome, {"id": id_, "msg": id_}


def get(logged: str, instance: str | None, held: str) -> tuple[str, Any, Type, Any]:
    """A GET whose parts hold the messages of these letters."""
    parts = {"logging": {"from": "l", "ids": list(logged)}, "messages": {"from": instance, "ids": list(held)}}
    return "get", None, "ok", parts


def test_all_that_is_wrong_with_a_get_is_told_with_its_posts() -> None:
    events = one_after_another(
        post("a"),
        post("b"),
        post("c", "fail"),
        get("aacz", None, "bb"),
        ("drain", None, "ok", {"m": ["a", "b"]}),
        get("ab", "m", "b"),
        get("ab", None, ""),
    )
    verdict = aggregation.check(events)
    assert said(verdict) == [
        (
            "incomplete logging part",
            "a GET answered by l lacked 1 of 2 messages that had been acknowledged before it: b; all came back",
            [2, 6],
        ),
        ("invented", "a GET answered by l held 2 messages that nobody had posted: c, z", [6]),
        (
            "doubled",
            "a GET answered by l held 1 messages twice: a",
            [0, 2, 6],
        ),
        ("unnamed", "a GET returned messages without saying whose they are", [6]),
        (
            "wrong aggregation",
            "a GET said to return the set of m, but 1 of its messages were missing (a) and 0 were not its own ()",
            [8, 10],
        ),
        (
            "unanswered",
            "a GET said that no messages instance answers, although m had just been drained",
            [8, 10, 12],
        ),
    ]
    assert verdict.figures == {"gets": 3, "answered_by": ["None", "m"]}


def test_an_instance_that_answered_before_answers_again_unless_something_was_done_to_it() -> None:
    events = one_after_another(get("", "m", ""), get("", None, ""))
    told = "a GET said that no messages instance answers, although m had answered before, and neither it nor the facade"
    assert said(aggregation.check(events)) == [("unanswered", f"{told} was touched since", [0, 2])]
    for node, expected in (("m", []), ("facade", []), ("n", ["unanswered"])):
        kill = Event(2, NEMESIS, "info", "kill", {"nodes": [node], "phase": "begin"}, events[1].time)
        later = [event._replace(index=event.index + 1) for event in events[2:]]
        assert [name for name, _, _ in said(aggregation.check([*events[:2], kill, *later]))] == expected


def test_a_logging_part_of_nobody_lacks_what_was_acknowledged() -> None:
    parts = {"logging": {"from": None, "ids": []}, "messages": {"from": None, "ids": []}}
    told = "a GET lacked 1 of 1 messages that had been acknowledged before it: a"
    verdict = aggregation.check(one_after_another(post("a"), ("get", None, "ok", parts)))
    assert said(verdict) == [("incomplete logging part", told, [0, 2])]


def test_only_what_may_have_come_since_the_drain_is_excused() -> None:
    nothing: tuple[str, Any, Type, Any] = ("drain", None, "ok", {"m": []})
    told = "a GET said to return the set of m, but 0 of its messages were missing () and 1 were not its own (a)"
    found = [("wrong aggregation", told, [2, 4])]
    assert said(aggregation.check(one_after_another(post("a"), nothing, get("a", "m", "a")))) == found
    assert said(aggregation.check(one_after_another(post("a", "info"), nothing, get("a", "m", "a")))) == []
    assert said(aggregation.check(one_after_another(nothing, post("a"), get("a", "m", "a")))) == []
    refused = one_after_another(nothing, post("a", "fail"), get("", "m", "a"))
    assert [name for name, _, _ in said(aggregation.check(refused))] == ["invented", "wrong aggregation"]


def test_of_several_answers_of_an_instance_the_one_that_was_asked_for_last_counts() -> None:
    early, late = one_after_another(get("", "m", "")), one_after_another(get("", "m", ""))
    kill = Event(0, NEMESIS, "info", "kill", {"nodes": ["m"], "phase": "begin"}, 0)
    nobody = one_after_another(get("", None, ""), get("", None, ""))
    events = numbered(
        early[0]._replace(process="early"),
        kill,
        late[0]._replace(process="late"),
        late[1]._replace(process="late"),
        early[1]._replace(process="early"),
        *nobody,
    )
    ((name, sentence, told),) = said(aggregation.check(events))
    assert (name, told) == ("unanswered", [2, 5, 7])
    assert "; the first of 2 of 4 answers like it" in sentence


def test_an_instance_that_is_dead_answers_nobody() -> None:
    def fault(f: str, phase: str) -> Event:
        return Event(0, NEMESIS, "info", f, {"nodes": ["m"], "phase": phase}, 0)

    ask, answer = one_after_another(get("", "m", ""))
    dead = [fault("kill", "begin"), fault("kill", "end"), ask, answer, fault("undo-kill", "begin")]
    told = "a GET answered by m was sent and answered while m was dead, or hung"
    assert said(aggregation.check(numbered(*dead))) == [("dead source", told, [2])]
    assert said(aggregation.check(numbered(*dead[:4]))) == [("dead source", told, [2])]
    for began, ended in ((0, 3), (1, 3), (2, 4), (3, 4)):
        others = [event for event in dead if event not in (ask, answer)]
        others.insert(began, ask)
        others.insert(ended, answer)
        assert said(aggregation.check(numbered(*others))) == [], (began, ended)
    cut_off = [event._replace(f=event.f.replace("kill", "isolate")) for event in dead]
    assert said(aggregation.check(numbered(*cut_off))) == []


def numbered(*events: Event) -> list[Event]:
    return [event._replace(index=index, time=index) for index, event in enumerate(events)]


def asked(drained: int, gets: int, *, and_then: str = "") -> tuple[Event, ...]:
    """A drain of so many instances that hold nothing, so many GETs answered by the first, and one by another."""
    steps: list[tuple[str, Any]] = [("drain", {f"messages-{n + 1}": [] for n in range(drained)})]
    logging = {"from": "logging-1", "ids": []}
    names = [*["messages-1"] * gets, *filter(None, [and_then])]
    steps += [("get", {"logging": logging, "messages": {"from": name, "ids": []}}) for name in names]
    events: list[Event] = []
    for f, answer in steps:
        events.append(Event(len(events), 1, "invoke", f, None, len(events)))
        events.append(Event(len(events), 1, "ok", f, answer, len(events)))
    return tuple(events)


def test_an_instance_that_never_answers_is_unheard_once_it_can_be_no_chance() -> None:
    assert names(asked(2, 30)) == set()
    assert names(asked(2, 31)) == {"unheard"}
    assert names(asked(3, 53)) == set()
    told = "unheard: none of 54 GETs was answered by messages-2, messages-3, of 3 that had been drained"
    verdict = aggregation.check(asked(3, 54))
    assert verdict.sentences == told
    assert [operations for _, _, operations in said(verdict)] == [[0, 108]]
    assert names(asked(2, 31, and_then="messages-2")) == set()
    assert names(asked(1, 99)) == set()


DRAINED = ("drain", None, "ok", {"messages-1": ["a"], "messages-2": ["b"]})


def of_nobody(logged: list[str], held: list[str]) -> dict[str, object]:
    return {"logging": {"from": None, "ids": logged}, "messages": {"from": None, "ids": held}}


def posted(*ids: str) -> list[tuple[str, object, Type, object]]:
    return [("post", {"id": id_, "msg": id_}, "ok", {"id": id_, "msg": id_}) for id_ in ids]


def test_without_names_a_get_shows_what_some_instance_was_drained_of() -> None:
    right = one_after_another(*posted("a", "b"), DRAINED, ("get", None, "ok", of_nobody(["a", "b"], ["b"])))
    assert said(aggregation.check(right, named=False)) == []
    assert {name for name, *_ in said(aggregation.check(right))} == {"unnamed", "wrong aggregation"}
    mixed = one_after_another(*posted("a", "b"), DRAINED, ("get", None, "ok", of_nobody(["a", "b"], ["a", "b"])))
    assert said(aggregation.check(mixed, named=False)) == [
        (
            "wrong aggregation",
            "a GET returned what no messages instance was drained of: beside messages-1 it has 1 more (b)",
            [4, 6],
        )
    ]


def test_what_a_get_does_not_show_is_not_missing_in_it() -> None:
    lacking, silent = of_nobody([], ["a"]), {"messages": {"from": None, "ids": ["a"]}}
    for answer, names_ in ((lacking, {"incomplete logging part"}), (silent, set())):
        history = one_after_another(*posted("a"), ("get", None, "ok", answer))
        assert {name for name, *_ in said(aggregation.check(history, named=False))} == names_


def test_where_each_message_is_shown_once_no_get_has_to_show_all() -> None:
    history = one_after_another(*posted("a", "b"), DRAINED, ("get", None, "ok", of_nobody(["a", "b"], [])))
    assert {name for name, *_ in said(aggregation.check(history, named=False))} == {"wrong aggregation"}
    assert said(aggregation.check(history, named=False, keeps=False)) == []


def test_where_messages_may_be_taken_twice_only_logging_may_not_show_one_twice() -> None:
    for answer, doubled in ((of_nobody(["a"], ["a", "a"]), set()), (of_nobody(["a", "a"], ["a"]), {"doubled"})):
        history = one_after_another(*posted("a"), ("get", None, "ok", answer))
        assert {name for name, *_ in said(aggregation.check(history, named=False, exactly_once=False))} == doubled
        assert {name for name, *_ in said(aggregation.check(history, named=False))} == {"doubled"}
