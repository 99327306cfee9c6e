"""Total queue: correct histories pass; a message lost, invented or received twice is found under its name."""

from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.events import Event, Type
from harness.messages.checkers import delivery
from tests.checkers.said import one_after_another, said, unknown
from tests.checkers.simulated import Simulated, correct, last_of, with_value


def verdict(events: tuple[Event, ...]) -> tuple[Validity, list[str]]:
    judged = delivery.check(events, exactly_once=True)
    return judged.validity, [anomaly.name for anomaly in judged.anomalies]


@given(correct())
def test_a_correct_history_is_valid(simulated: Simulated) -> None:
    assert verdict(simulated.events) == (Validity.VALID, [])


@given(correct(), st.data())
def test_an_acknowledged_message_that_never_comes_out_is_lost(simulated: Simulated, data: st.DataObject) -> None:
    assume(simulated.acknowledged)
    missing = data.draw(st.sampled_from(simulated.acknowledged))
    drain = last_of(simulated.events, "drain")
    left = {name: [id_ for id_ in ids if id_ != missing] for name, ids in drain.value.items()}
    assert verdict(with_value(simulated.events, drain.index, left)) == (Validity.INVALID, ["lost"])


@given(correct())
def test_a_message_that_nobody_posted_is_unexpected(simulated: Simulated) -> None:
    drain = last_of(simulated.events, "drain")
    more = {**drain.value, "messages-1": [*drain.value["messages-1"], "from nowhere"]}
    assert verdict(with_value(simulated.events, drain.index, more)) == (Validity.INVALID, ["unexpected"])


@given(correct(), st.data())
def test_a_refused_message_that_comes_out_is_unexpected(simulated: Simulated, data: st.DataObject) -> None:
    refused = [event.value["id"] for event in simulated.events if event.f == "post" and event.type == "fail"]
    assume(refused)
    drain = last_of(simulated.events, "drain")
    more = {**drain.value, "messages-1": [*drain.value["messages-1"], data.draw(st.sampled_from(refused))]}
    assert verdict(with_value(simulated.events, drain.index, more)) == (Validity.INVALID, ["unexpected"])


@given(correct(), st.data())
def test_a_message_at_both_instances_is_duplicated(simulated: Simulated, data: st.DataObject) -> None:
    assume(simulated.acknowledged)
    twice = data.draw(st.sampled_from(simulated.acknowledged))
    drain = last_of(simulated.events, "drain")
    both = {name: [*ids, twice] if twice not in ids else ids for name, ids in drain.value.items()}
    events = with_value(simulated.events, drain.index, both)
    assert verdict(events) == (Validity.INVALID, ["duplicated"])
    assert delivery.check(events, exactly_once=False).validity is Validity.VALID


@given(correct())
def test_without_a_drain_nothing_can_be_said(simulated: Simulated) -> None:
    judged = delivery.check(tuple(event for event in simulated.events if event.f != "drain"), exactly_once=True)
    assert judged.validity is Validity.UNKNOWN
    assert said(judged) == unknown("the messages instances were never drained, so nobody knows what they received")


def test_all_that_is_wrong_is_told_with_its_posts_and_the_drain() -> None:
    def post(id_: str, outcome: Type, **told: int) -> tuple[str, object, Type, object]:
        return "post", {"id": id_, "msg": id_}, outcome, {"id": id_, "msg": id_, **told}

    held = {"messages-1": ["b", "b", "c"], "messages-2": ["e", "g", "z"]}
    events = one_after_another(
        post("a", "ok", partition=2),
        post("b", "ok", partition=1),
        post("c", "fail"),
        post("d", "ok", partition=0),
        post("e", "info"),
        post("f", "info", queued=False),
        post("g", "info", queued=False),
        ("drain", None, "ok", held),
    )
    judged = delivery.check(events, exactly_once=True)
    assert said(judged) == [
        (
            "lost",
            "2 of 3 acknowledged messages never reached a messages instance: a, d; acknowledged in partition 0, 2",
            [0, 6, 14],
        ),
        ("unexpected", "2 messages were received that nobody had posted: c, z", [4, 14]),
        (
            "wrongly denied",
            "1 messages were received of which the facade had said that the queue surely has not got them: g",
            [12, 14],
        ),
        ("duplicated", "1 messages were received more than once: b", [2, 14]),
    ]
    assert judged.figures == {
        "posted": 7,
        "acknowledged": 3,
        "received": {"messages-1": 3, "messages-2": 3},
        "lost": 2,
        "duplicated": 1,
        "recovered": 1,
    }


def test_a_loss_in_another_partition_than_those_at_risk_is_told_apart() -> None:
    def post(id_: str, **told: int | None) -> tuple[str, object, Type, object]:
        return "post", {"id": id_, "msg": id_}, "ok", {"id": id_, "msg": id_, **told}

    posts = [post("a", partition=0), post("b", partition=1), post("c", partition=2), post("d", partition=None)]
    drain: tuple[str, object, Type, object] = ("drain", None, "ok", {"messages-1": []})
    events = one_after_another(*posts, post("e"), post("f", partition=1), drain)
    judged = delivery.check(events, exactly_once=True, at_risk=[0, 2])
    assert said(judged) == [
        (
            "lost",
            "4 of 6 acknowledged messages never reached a messages instance: a, c, d, e; acknowledged in partition "
            "0, 2",
            [0, 4, 6, 8, 12],
        ),
        (
            "lost elsewhere",
            "2 of 6 acknowledged messages never reached a messages instance, which nothing permits where they were: "
            "b, f; acknowledged in partition 1",
            [2, 10, 12],
        ),
    ]
    assert judged.figures["lost"] == 6
    nowhere = delivery.check(events, exactly_once=True, at_risk=[])
    assert [name for name, _, _ in said(nowhere)] == ["lost", "lost elsewhere"]
    assert [name for name, _, _ in said(delivery.check(events, exactly_once=True))] == ["lost"]
    all_ = delivery.check(events, exactly_once=True, at_risk=[0, 1, 2])
    assert said(all_) == said(delivery.check(events, exactly_once=True))


def test_what_is_posted_again_may_be_on_the_queue_whatever_was_said_of_the_first_try() -> None:
    post = {"id": "a", "msg": "a"}
    denied: tuple[str, object, Type, object] = ("post", post, "info", {**post, "queued": False})
    drain: tuple[str, object, Type, object] = ("drain", None, "ok", {"messages-1": ["a"]})
    for again in ("ok", "info"):
        assert verdict(one_after_another(denied, ("post", post, again, post), drain)) == (Validity.VALID, [])
        assert verdict(one_after_another(("post", post, again, post), denied, drain)) == (Validity.VALID, [])
    too_late = one_after_another(denied, drain, ("post", post, "info", post))
    assert verdict(too_late) == (Validity.INVALID, ["wrongly denied"])


def test_only_an_answer_that_says_so_is_sure_of_the_queue() -> None:
    post = {"id": "a", "msg": "a"}
    for answer in ({**post, "queued": True}, {**post, "queued": None}, "nothing", None):
        events = one_after_another(("post", post, "info", answer), ("drain", None, "ok", {"messages-1": ["a"]}))
        assert verdict(events) == (Validity.VALID, [])


def test_what_was_acknowledged_once_the_drain_had_begun_nobody_has_looked_for() -> None:
    events = (
        Event(0, 1, "invoke", "post", {"id": "a", "msg": "a"}, 0),
        Event(1, 2, "invoke", "drain", None, 1),
        Event(2, 1, "ok", "post", {"id": "a", "msg": "a"}, 2),
        Event(3, 2, "ok", "drain", {"messages-1": []}, 3),
    )
    judged = delivery.check(events, exactly_once=True)
    assert judged.validity is Validity.UNKNOWN
    assert said(judged) == unknown(
        "1 messages were acknowledged only after the last drain had begun: a; nobody has looked for them since"
    )
    assert (judged.figures["acknowledged"], judged.figures["lost"]) == (1, 0)


def test_where_no_partition_is_known_none_is_told() -> None:
    post = {"id": "a", "msg": "a"}
    judged = delivery.check(
        one_after_another(("post", post, "ok", post), ("drain", None, "ok", {"messages-1": []})), exactly_once=True
    )
    assert judged.sentences == "lost: 1 of 1 acknowledged messages never reached a messages instance: a"


def test_of_posts_of_one_id_that_are_alike_the_first_is_told() -> None:
    post = {"id": "a", "msg": "a"}
    again = [("post", post, "info", post)] * 2
    judged = delivery.check(
        one_after_another(*again, ("drain", None, "ok", {"m": ["a", "a"]})),  # type: ignore[arg-type]
        exactly_once=True,
    )
    assert said(judged) == [("duplicated", "1 messages were received more than once: a", [0, 4])]


def test_a_message_that_is_shown_with_another_text_is_received_all_the_same() -> None:
    post = {"id": "a", "msg": "one"}
    events = one_after_another(("post", post, "ok", post), ("drain", None, "ok", {"m": [["a", "other"]]}))
    assert verdict(events) == (Validity.VALID, [])
