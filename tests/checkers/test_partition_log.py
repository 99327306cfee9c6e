"""Logs: a real partitioned log passes; every anomaly that is put into one is found under its name."""

import itertools
import random
from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity, partition_log
from harness.events import Event, Type
from tests.checkers.concurrent import Concurrent, completions, invocation_of, with_value
from tests.checkers.said import one_after_another, said, unknown

LOGS = ("t-0", "t-1")
sizes = {"seed": st.integers(0, 2**32), "steps": st.integers(4, 50), "clients": st.integers(1, 5)}


class Partitions:
    """Two partitions with gaps in their offsets, as transaction markers leave them; every process polls on its own."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.held: dict[str, list[tuple[int, str]]] = {name: [] for name in LOGS}
        self._at: dict[tuple[int, str], int] = {}
        self._values = itertools.count(1)

    def apply(self, f: str, value: Any, process: int) -> tuple[Type, Any]:
        if f == "send":
            records = self.held[value["log"]]
            offset = (records[-1][0] if records else -1) + self.chance.choice([1, 1, 1, 2])
            records.append((offset, value["value"]))
            return "ok", {**value, "offset": offset}
        answer = {}
        for name in LOGS:
            at = self._at.get((process, name), 0)
            end = len(self.held[name]) if f == "everything" else at + self.chance.randrange(4)
            answer[name] = [list(record) for record in self.held[name][at:end]]
            self._at[process, name] = min(end, len(self.held[name]))
        return "ok", {name: records for name, records in answer.items() if records}

    def choose(self, chance: random.Random, process: int) -> tuple[str, Any]:
        if chance.random() < 0.5:
            return "poll", None
        return "send", {"log": chance.choice(LOGS), "value": f"v{next(self._values)}"}


def history(seed: int, steps: int, clients: int) -> tuple[Event, ...]:
    it = Partitions(seed)
    # A poll of unknown outcome may have moved its process on, which then retires, so that it never polls again.
    run = Concurrent(seed, it.apply, it.choose, clients=clients)
    run.run(steps)
    run.after("everything")
    return tuple(
        Event(e.index, e.process, e.type, "poll" if e.f == "everything" else e.f, e.value, e.time) for e in run.events
    )


def names(events: tuple[Event, ...], **options: bool) -> set[str]:
    return {anomaly.name for anomaly in partition_log.check(events, **options).anomalies}


def last_poll(events: tuple[Event, ...]) -> Event:
    return completions(events, "poll")[-1]


def polled(events: tuple[Event, ...], value: str) -> list[Event]:
    return [poll for poll in completions(events, "poll") if any(v == value for r in poll.value.values() for _, v in r)]


def changed(events: tuple[Event, ...], name: str, records: list[list[Any]]) -> tuple[Event, ...]:
    """The history with other records of one log in the last poll."""
    poll = last_poll(events)
    return with_value(events, poll, {**poll.value, name: records})


@given(**sizes)
def test_a_correct_history_is_valid(seed: int, steps: int, clients: int) -> None:
    verdict = partition_log.check(history(seed, steps, clients))
    assert verdict.validity is Validity.VALID, verdict.sentences
    assert verdict.figures["unseen"] == 0


@given(**sizes, which=st.integers(0, 100))
def test_what_no_poll_ever_saw_is_lost_or_unseen(seed: int, steps: int, clients: int, which: int) -> None:
    events = history(seed, steps, clients)
    sent = [send for send in completions(events, "send") if len(polled(events, send.value["value"])) == 1]
    assume(sent)
    gone = sent[which % len(sent)].value
    records = last_poll(events).value[gone["log"]]
    left = [record for record in records if record[1] != gone["value"]]
    expected = "lost write" if records[-1][0] > gone["offset"] else "unseen"
    found = names(changed(events, gone["log"], left))
    assert expected in found
    # In the middle, it is a skip as well.
    assert found - {"poll skip"} == {expected}
    if expected == "unseen":
        assert "unseen" not in names(changed(events, gone["log"], left), drained=False)


@given(**sizes)
def test_two_values_at_one_offset_are_inconsistent(seed: int, steps: int, clients: int) -> None:
    events = history(seed, steps, clients)
    sent = completions(events, "send")
    assume(sent)
    gone = sent[0].value
    records = [[o, "other"] if v == gone["value"] else [o, v] for o, v in last_poll(events).value[gone["log"]]]
    assert {"inconsistent offset", "unexpected"} <= names(changed(events, gone["log"], records))


@given(**sizes)
def test_one_value_at_two_offsets_is_a_duplicate(seed: int, steps: int, clients: int) -> None:
    events = history(seed, steps, clients)
    sent = completions(events, "send")
    assume(sent)
    name = sent[0].value["log"]
    records = last_poll(events).value[name]
    more = [*records, [records[-1][0] + 1, records[0][1]]]
    assert names(changed(events, name, more)) == {"duplicate"}
    assert names(changed(events, name, more), exactly_once=False) == set()


@given(**sizes)
def test_steps_back_within_a_poll_are_found(seed: int, steps: int, clients: int) -> None:
    events = history(seed, steps, clients)
    longer = [(name, records) for name, records in last_poll(events).value.items() if len(records) > 1]
    assume(longer)
    name, records = longer[0]
    assert "nonmonotonic poll" in names(changed(events, name, [*records[1:], records[0]]))


def event(index: int, process: int, type_: Type, f: str, value: Any) -> Event:
    return Event(index, process, type_, f, value, index)


def test_a_value_whose_send_failed_must_not_be_read() -> None:
    sent = {"log": "t-0", "value": "a"}
    events = (
        event(0, 1, "invoke", "send", sent),
        event(1, 1, "fail", "send", sent),
        event(2, 2, "invoke", "poll", None),
        event(3, 2, "ok", "poll", {"t-0": [[0, "a"]]}),
    )
    assert names(events) == {"aborted read"}


def test_a_record_may_be_null() -> None:
    sent = {"log": "t-0", "value": None}
    events = (
        event(0, 1, "invoke", "send", sent),
        event(1, 1, "ok", "send", {**sent, "offset": 0}),
        event(2, 2, "invoke", "poll", None),
        event(3, 2, "ok", "poll", {"t-0": [[0, None], [1, None]]}),
    )
    assert not names((*events[:3], event(3, 2, "ok", "poll", {"t-0": [[0, None]]})))
    assert names(events) == {"duplicate"}
    assert names(events[2:]) == {"unexpected", "duplicate"}


def polls(*steps: tuple[str, Any], outcomes: Mapping[int, Type] | None = None) -> tuple[Event, ...]:
    """Five acknowledged sends, then steps of process 2, which are ok or have the outcome of their number."""
    events: list[Event] = []
    for offset in range(5):
        value = {"log": "t-0", "value": offset, "offset": offset}
        events += [event(len(events), 1, "invoke", "send", value), event(len(events) + 1, 1, "ok", "send", value)]
    everything = {"t-0": [[offset, offset] for offset in range(5)]}
    for number, (process, (f, value)) in enumerate([(3, ("poll", everything)), *((2, step) for step in steps)]):
        outcome = (outcomes or {}).get(number - 1, "ok")
        events += [event(len(events), process, "invoke", f, None), event(len(events) + 1, process, outcome, f, value)]
    return tuple(events)


def test_a_position_may_move_across_an_assignment_and_only_there() -> None:
    one, four = ("poll", {"t-0": [[1, 1]]}), ("poll", {"t-0": [[4, 4]]})
    assert said(partition_log.check(polls(one, four))) == [
        ("poll skip", "between two polls of process 2, 2 values before offset 4 of t-0 were skipped", [12, 14])
    ]
    assert said(partition_log.check(polls(four, one))) == [
        ("nonmonotonic poll", "between two polls of process 2, the position went back to offset 1 of t-0", [12, 14])
    ]
    assert said(partition_log.check(polls(("poll", {"t-0": [[1, 1], [3, 3], [3, 3]]})))) == [
        ("poll skip", "within one poll, 1 values before offset 3 of t-0 were skipped", [12]),
        ("nonmonotonic poll", "within one poll, the position went back to offset 3 of t-0", [12]),
    ]
    assert names(polls(one, ("assign", None), four)) == set()
    assert partition_log.check(polls(one, ("assign", None), four)).figures["moved_by_assignment"] == 1
    assert names(polls(one, ("assign", None), ("poll", {"t-0": [[2, 2]]}), four)) == {"poll skip"}


def test_a_failed_poll_may_have_moved_its_process_and_a_failed_assignment_did_not() -> None:
    one, four = ("poll", {"t-0": [[1, 1]]}), ("poll", {"t-0": [[4, 4]]})
    assert names(polls(one, ("poll", None), four, outcomes={1: "fail"})) == set()
    assert names(polls(one, ("assign", None), four, outcomes={1: "fail"})) == {"poll skip"}


def test_each_move_is_counted() -> None:
    one, four, assign = ("poll", {"t-0": [[1, 1]]}), ("poll", {"t-0": [[4, 4]]}), ("assign", None)
    assert partition_log.check(polls(one, assign, four, assign, one)).figures["moved_by_assignment"] == 2


def sent(value: str, offset: int) -> tuple[str, Any, Type, Any]:
    value_ = {"log": "t", "value": value}
    return "send", value_, "ok", {**value_, "offset": offset}


def shown(*records: tuple[int, str]) -> tuple[str, Any, Type, Any]:
    return "poll", None, "ok", {"t": [list(record) for record in records]}


def test_two_acknowledgements_of_one_offset_are_inconsistent_and_one_of_them_is_lost() -> None:
    events = one_after_another(sent("a", 0), sent("b", 0), shown((0, "b")))
    assert said(partition_log.check(events)) == [
        ("inconsistent offset", "offset 0 of t was a and also b", [0, 2]),
        ("inconsistent offset", "offset 0 of t was a and also b", [0, 4]),
        (
            "lost write",
            "1 acknowledged values are not in t where they were put, although offsets up to 0 were read: a at offset 0",
            [0],
        ),
    ]


def test_a_later_acknowledgement_of_the_same_does_not_make_it_known_later() -> None:
    events = one_after_another(sent("a", 1), sent("b", 0), sent("a", 1), shown((0, "b"), (1, "a")))
    told = "a was at offset 1 of t before the send of b began, which is at offset 0"
    assert said(partition_log.check(events)) == [("nonmonotonic send", told, [0, 2])]


def test_of_a_value_at_two_offsets_the_lower_is_told() -> None:
    events = one_after_another(sent("a", 2), sent("b", 0), shown((0, "b"), (1, "b"), (2, "a")))
    told = "a was at offset 2 of t before the send of b began, which is at offset 0"
    assert said(partition_log.check(events, exactly_once=False)) == [("nonmonotonic send", told, [0, 2])]


def test_sends_of_one_process_rise() -> None:
    events = (
        event(0, 1, "invoke", "send", {"log": "t-0", "value": "a"}),
        event(1, 1, "ok", "send", {"log": "t-0", "value": "a", "offset": 5}),
        event(2, 1, "invoke", "send", {"log": "t-0", "value": "b"}),
        event(3, 1, "ok", "send", {"log": "t-0", "value": "b", "offset": 4}),
        event(4, 2, "invoke", "poll", None),
        event(5, 2, "ok", "poll", {"t-0": [[4, "b"], [5, "a"]]}),
    )
    told = "a was at offset 5 of t-0 before the send of b began, which is at offset 4"
    assert said(partition_log.check(events)) == [("nonmonotonic send", told, [0, 2])]


def test_a_record_is_known_from_the_end_of_the_first_poll_that_shows_it() -> None:
    sent, shown = {"log": "t-0", "value": "a"}, {"t-0": [[0, "a"]]}
    events = (
        event(0, 1, "invoke", "poll", None),
        event(1, 2, "invoke", "poll", None),
        event(2, 2, "ok", "poll", shown),
        event(3, 3, "invoke", "send", sent),
        event(4, 3, "ok", "send", {**sent, "offset": 0}),
        event(5, 1, "ok", "poll", shown),
    )
    told = "a was at offset 0 of t-0 before its send began"
    assert said(partition_log.check(events)) == [("unexpected", told, [3, 3])]


def test_a_record_is_known_from_its_first_acknowledgement() -> None:
    one, two = {"log": "t-0", "value": "a"}, {"log": "t-0", "value": "b"}
    events = (
        event(0, 1, "invoke", "send", two),
        event(1, 2, "invoke", "send", two),
        event(2, 2, "ok", "send", {**two, "offset": 1}),
        event(3, 3, "invoke", "send", one),
        event(4, 3, "ok", "send", {**one, "offset": 0}),
        event(5, 1, "ok", "send", {**two, "offset": 1}),
        event(6, 4, "invoke", "poll", None),
        event(7, 4, "ok", "poll", {"t-0": [[0, "a"], [1, "b"]]}),
    )
    assert names(events) == {"nonmonotonic send"}


@given(**sizes, which=st.integers(0, 100))
def test_a_value_that_moved_up_is_not_where_it_was_acknowledged(
    seed: int, steps: int, clients: int, which: int
) -> None:
    events = history(seed, steps, clients)
    sent = completions(events, "send")
    assume(sent)
    gone = sent[which % len(sent)].value
    for poll in completions(events, "poll"):
        records = poll.value.get(gone["log"], [])
        moved = [[o + 1000, v] if v == gone["value"] else [o, v] for o, v in records]
        events = with_value(events, poll, {**poll.value, gone["log"]: sorted(moved)})
    assert "lost write" in names(events)


@given(**sizes, which=st.integers(0, 100))
def test_two_polls_of_a_process_in_the_wrong_order_are_found(seed: int, steps: int, clients: int, which: int) -> None:
    events = history(seed, steps, clients)
    polls = [(poll, name) for poll in completions(events, "poll") for name in poll.value]
    pairs = [
        (one, two, name)
        for (one, name), (two, other) in itertools.combinations(polls, 2)
        if one.process == two.process and name == other
    ]
    assume(pairs)
    one, two, name = pairs[which % len(pairs)]
    events = with_value(events, one, {**one.value, name: two.value[name]})
    events = with_value(events, two, {**two.value, name: one.value[name]})
    assert "nonmonotonic poll" in names(events)


@given(**sizes, which=st.integers(0, 100))
def test_two_sends_one_after_the_other_that_change_places_are_found(
    seed: int, steps: int, clients: int, which: int
) -> None:
    events = history(seed, steps, clients)
    sent = completions(events, "send")
    pairs = [
        (one, two)
        for one, two in itertools.combinations(sent, 2)
        if one.value["log"] == two.value["log"] and one.index < invocation_of(events, two).index
    ]
    assume(pairs)
    one, two = pairs[which % len(pairs)]
    events = with_value(events, one, {**one.value, "offset": two.value["offset"]})
    events = with_value(events, two, {**two.value, "offset": one.value["offset"]})
    instead = {one.value["value"]: two.value["value"], two.value["value"]: one.value["value"]}
    for poll in completions(events, "poll"):
        changed = {name: [[o, instead.get(v, v)] for o, v in records] for name, records in poll.value.items()}
        events = with_value(events, poll, changed)
    assert "nonmonotonic send" in names(events)


def test_all_that_is_wrong_with_a_log_is_told_with_its_sends_and_polls() -> None:
    def send(value: str, outcome: Type, offset: int | None = None) -> tuple[str, Any, Type, Any]:
        sent = {"log": "t", "value": value}
        return "send", sent, outcome, {**sent, "offset": offset}

    shown = {"t": [[0, "a"], [1, "x"], [2, "e"], [3, "y"], [4, "a"]]}
    events = one_after_another(
        send("a", "ok", 0),
        send("b", "ok", 1),
        send("c", "ok", 5),
        send("d", "ok"),
        send("e", "fail"),
        ("poll", None, "ok", shown),
    )
    verdict = partition_log.check(events)
    assert said(verdict) == [
        ("inconsistent offset", "offset 1 of t was b and also x", [2, 10]),
        ("unexpected", "x in t was never sent there", [10]),
        ("aborted read", "e in t was polled, although its send surely failed", [8, 10]),
        ("unexpected", "y in t was never sent there", [10]),
        ("duplicate", "a is at offset 4 of t, and at 1 below that, more often than it was sent", [10]),
        (
            "lost write",
            "1 acknowledged values are not in t where they were put, although offsets up to 4 were read: b at offset 1",
            [2],
        ),
        ("unseen", "2 acknowledged values were never polled, and nothing after them either", [4, 6]),
    ]
    assert verdict.figures == {"acknowledged": 4, "seen": 4, "unseen": 2, "moved_by_assignment": 0}
    once = partition_log.check(events, drained=False, exactly_once=False)
    assert {name for name, _, _ in said(once)} == {"inconsistent offset", "unexpected", "aborted read", "lost write"}
    assert said(partition_log.check(events[:-2])) == unknown("nothing was polled, so nobody knows what the logs hold")


def test_of_many_lost_writes_the_first_five_are_named() -> None:
    sent = [{"log": "t", "value": f"v{offset}", "offset": offset} for offset in range(7)]
    sends = [("send", value, "ok", value) for value in reversed(sent)]
    events = one_after_another(*sends, ("poll", None, "ok", {"t": [[6, "v6"]]}))  # type: ignore[arg-type]
    (told,) = [sentence for name, sentence, _ in said(partition_log.check(events)) if name == "lost write"]
    assert told.endswith(": v0 at offset 0, v1 at offset 1, v2 at offset 2, v3 at offset 3, v4 at offset 4")
