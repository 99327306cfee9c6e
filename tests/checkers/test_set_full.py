"""Sets, at the end and over time: a real set passes; what is dropped, invented, doubled or stale is found."""

import itertools
import random
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity, set_full
from harness.events import Event, Type
from tests.checkers.concurrent import Concurrent, completions, with_value
from tests.checkers.said import one_after_another, said, unknown

sizes = {"seed": st.integers(0, 2**32), "steps": st.integers(2, 40), "clients": st.integers(1, 6)}


class Elements:
    """A set that only grows."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self._names = itertools.count(1)

    def apply(self, f: str, value: Any, process: int) -> tuple[Type, Any]:
        if f == "read":
            return "ok", list(self.held)
        self.held.append(value)
        return "ok", value

    def choose(self, chance: random.Random, process: int) -> tuple[str, Any]:
        return ("read", None) if chance.random() < 0.4 else ("add", f"e{next(self._names)}")


def history(seed: int, steps: int, clients: int) -> tuple[Event, ...]:
    it = Elements()
    run = Concurrent(seed, it.apply, it.choose, clients=clients)
    run.run(steps)
    run.after("read")
    run.after("read")
    return tuple(run.events)


def names(events: tuple[Event, ...], **options: bool) -> set[str]:
    return {anomaly.name for anomaly in set_full.over_time(events, **options).anomalies}


@given(**sizes)
def test_a_correct_history_is_valid(seed: int, steps: int, clients: int) -> None:
    events = history(seed, steps, clients)
    assert set_full.at_the_end(events).validity is Validity.VALID
    verdict = set_full.over_time(events, linearizable=True)
    assert verdict.validity is Validity.VALID, verdict.sentences
    assert not verdict.figures["stale"]


@given(**sizes, which=st.integers(0, 100))
def test_an_acknowledged_element_that_the_last_read_lacks_is_lost(
    seed: int, steps: int, clients: int, which: int
) -> None:
    events = history(seed, steps, clients)
    assume(acknowledged := [event.value for event in completions(events, "add")])
    gone = acknowledged[which % len(acknowledged)]
    last = completions(events, "read")[-1]
    events = with_value(events, last, [name for name in last.value if name != gone])
    assert [anomaly.name for anomaly in set_full.at_the_end(events).anomalies] == ["lost"]
    assert names(events) == {"lost"}
    assert gone in set_full.over_time(events).sentences


@given(**sizes, which=st.integers(0, 100))
def test_an_element_that_one_read_lacks_and_the_next_has_is_stale(
    seed: int, steps: int, clients: int, which: int
) -> None:
    events = history(seed, steps, clients)
    assume(acknowledged := [event.value for event in completions(events, "add")])
    gone = acknowledged[which % len(acknowledged)]
    last_but_one = completions(events, "read")[-2]
    events = with_value(events, last_but_one, [name for name in last_but_one.value if name != gone])
    assert names(events) == set()
    assert names(events, linearizable=True) == {"stale"}
    latency = set_full.over_time(events).figures["stable_latency_s"]
    assert isinstance(latency, dict)
    assert latency["1.0"] > 0


@given(**sizes)
def test_an_element_that_nobody_added_and_one_twice_are_found(seed: int, steps: int, clients: int) -> None:
    events = history(seed, steps, clients)
    last = completions(events, "read")[-1]
    assume(last.value)
    events = with_value(events, last, [*last.value, last.value[0], "from nowhere"])
    assert [anomaly.name for anomaly in set_full.at_the_end(events).anomalies] == ["unexpected"]
    assert names(events) == {"unexpected", "duplicated"}


def test_a_miss_that_is_concurrent_with_the_addition_is_no_loss() -> None:
    events = (
        Event(0, 1, "invoke", "add", "a", 0),
        Event(1, 2, "invoke", "read", None, 1),
        Event(2, 1, "ok", "add", "a", 2),
        Event(3, 2, "ok", "read", [], 3),
    )
    verdict = set_full.over_time(events)
    assert verdict.validity is Validity.VALID
    assert verdict.figures["never_read"] == 1


def test_an_element_of_unknown_outcome_is_known_once_it_was_read() -> None:
    def read(index: int, process: int, held: list[str]) -> list[Event]:
        return [
            Event(index, process, "invoke", "read", None, index),
            Event(index + 1, process, "ok", "read", held, index + 1),
        ]

    added = [Event(0, 1, "invoke", "add", "a", 0), Event(1, 1, "info", "add", "a", 1)]
    assert names((*added, *read(2, 2, []))) == set()
    assert names((*added, *read(2, 2, ["a"]), *read(4, 2, []), *read(6, 2, ["a"])), linearizable=True) == {"stale"}


def test_an_element_in_doubt_that_was_shown_and_is_gone_is_a_dirty_read() -> None:
    seen = [("read", None, "ok", ["a"]), ("read", None, "ok", [])]
    verdict = set_full.over_time(one_after_another(("add", "a", "info", "a"), *seen))
    told = "1 elements, whose addition nobody was told of, were in reads and then gone: a"
    assert said(verdict) == [("dirty read", told, [0, 4])]
    assert (verdict.figures["lost"], verdict.figures["undone"], verdict.figures["never_read"]) == (0, 1, 0)
    assert names(one_after_another(("add", "a", "info", "a"), *seen, ("add", "a", "ok", "a"))) == {"lost"}


@given(**sizes)
def test_without_a_read_nothing_can_be_said(seed: int, steps: int, clients: int) -> None:
    events = tuple(event for event in history(seed, steps, clients) if event.f != "read")
    assert set_full.at_the_end(events).validity is Validity.UNKNOWN
    assert set_full.over_time(events).validity is Validity.UNKNOWN


def test_all_that_is_wrong_in_the_end_is_told_with_the_additions_and_the_read() -> None:
    events = one_after_another(
        ("add", "b", "ok", "b"),
        ("add", "a", "ok", "a"),
        ("add", "c", "info", "c"),
        ("add", "d", "fail", "d"),
        ("add", "e", "ok", "e"),
        ("read", None, "ok", []),
        ("read", None, "ok", ["c", "d", "e", "x"]),
        ("read", None, "fail", None),
    )
    verdict = set_full.at_the_end(events)
    assert said(verdict) == [
        ("lost", "2 of 3 acknowledged elements were not in the final read: a, b", [2, 0, 12]),
        ("unexpected", "2 elements were read that nobody had added: d, x", [12]),
    ]
    assert verdict.figures == {"acknowledged": 3, "lost": 2, "recovered": 1}


def test_all_that_is_wrong_over_time_is_told_with_the_additions_and_the_reads() -> None:
    events = one_after_another(
        ("add", "a", "ok", "a"),
        ("add", "b", "ok", "b"),
        ("add", "c", "info", "c"),
        ("add", "d", "ok", "d"),
        ("read", None, "ok", ["a", "d", "d"]),
        ("read", None, "ok", ["b", "x", "x", "y"]),
        ("read", None, "ok", ["b", "d", "x"]),
    )
    verdict = set_full.over_time(events, linearizable=True)
    assert said(verdict) == [
        ("duplicated", "a read held 1 elements twice", [8]),
        ("duplicated", "a read held 1 elements twice", [10]),
        ("unexpected", "a read held 2 elements that nobody had added: x, y", [10]),
        ("unexpected", "a read held 1 elements that nobody had added: x", [12]),
        ("lost", "1 of 3 known elements were gone from some moment on: a", [0, 12]),
        (
            "stale",
            "2 of 3 known elements were missing in a read, and there in one beside or after it: b, d",
            [2, 6, 8, 10],
        ),
    ]
    # b, known at 3 s, was missing at 8 s; d, known at 7 s, at 10 s.
    assert verdict.figures == {
        "acknowledged": 3,
        "known": 3,
        "lost": 1,
        "undone": 0,
        "stale": 2,
        "never_read": 0,
        "unexpected": 2,
        "stable_latency_s": {"0.0": 3, "0.5": 3, "0.95": 5, "0.99": 5, "1.0": 5},
    }


def test_of_several_sets_each_is_named_and_judged_by_itself() -> None:
    def of(name: str, **value: Any) -> dict[str, Any]:
        return {"set": name, **value}

    events = one_after_another(
        ("add", of("s", element=1), "ok", of("s", element=1)),
        ("add", of("t", element=1), "ok", of("t", element=1)),
        ("read", of("s"), "ok", of("s", elements=[])),
        ("read", of("t"), "ok", of("t", elements=[1, 2])),
        ("add", of("u", element=1), "ok", of("u", element=1)),
    )
    ended = set_full.at_the_end(events)
    assert said(ended) == [
        ("lost", "1 of 1 acknowledged elements of s were not in the final read: 1", [0, 4]),
        ("unexpected", "1 elements of t were read that nobody had added: 2", [6]),
        (
            "unknown",
            "no read of u succeeded after the last addition, so nobody knows what the set held in the end",
            [],
        ),
    ]
    assert ended.figures == {"acknowledged": 2, "lost": 1, "recovered": 0}
    over = set_full.over_time(events)
    assert said(over) == [
        ("lost", "1 of 1 known elements of s were gone from some moment on: 1", [0, 4]),
        ("unexpected", "a read of t held 1 elements that nobody had added: 2", [6]),
        ("unknown", "no read of u succeeded, so nobody knows what the set held", []),
    ]
    assert (over.figures["acknowledged"], over.figures["known"], over.figures["unexpected"]) == (2, 2, 1)


def test_without_any_set_nothing_can_be_said() -> None:
    for judge in (set_full.at_the_end, set_full.over_time):
        assert said(judge([])) == unknown("nothing was added and nothing read")
