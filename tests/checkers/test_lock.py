"""Locks: a real one passes, plain, reentrant and fenced; overlaps, strangers and wrong fences are found."""

import random
from collections import Counter
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity, ids, lock
from harness.events import Event, Type
from tests.checkers.concurrent import Concurrent, completions, with_value
from tests.checkers.said import said, unknown

sizes = {"seed": st.integers(0, 2**32), "steps": st.integers(3, 40), "clients": st.integers(2, 5)}


class Fenced:
    """A lock whose fence rises with each new owner; a client acquires, perhaps again, and releases."""

    def __init__(self, depth: int) -> None:
        self.owner: int | None = None
        self.depth = 0
        self.fence = 0
        self._most = depth

    def apply(self, f: str, value: Any, process: int) -> tuple[Type, Any] | None:
        if f == "acquire":
            if self.owner not in (None, process):
                return None
            self.fence += self.owner is None
            self.owner = process
            self.depth += 1
            return "ok", self.fence
        if self.owner != process:
            return "fail", None
        self.depth -= 1
        self.owner = process if self.depth else None
        return "ok", None

    def choose(self, chance: random.Random, process: int) -> tuple[str, Any]:
        depth = self.depth if self.owner == process else 0
        return ("acquire" if depth == 0 or (depth < self._most and chance.random() < 0.4) else "release"), None


def history(seed: int, steps: int, clients: int, depth: int = 1) -> tuple[Event, ...]:
    it = Fenced(depth)
    return Concurrent(seed, it.apply, it.choose, clients=clients, unknown=0.05).run(steps)


def names(events: tuple[Event, ...], **options: bool) -> set[str]:
    return {anomaly.name for anomaly in lock.check(events, **options).anomalies} - {"unknown"}


@given(**sizes, depth=st.integers(1, 3))
def test_a_correct_history_is_valid(seed: int, steps: int, clients: int, depth: int) -> None:
    assert names(history(seed, steps, clients, depth), fenced=True, reentrant=depth > 1) == set()


@given(**sizes)
def test_a_second_owner_is_found(seed: int, steps: int, clients: int) -> None:
    events = history(seed, steps, clients)
    held = [
        acquired
        for acquired in completions(events, "acquire")
        if any(e.process == acquired.process and e.index > acquired.index and e.f == "release" for e in events)
    ]
    assume(held)
    # While it is held somebody else is told to have it, too.
    at = held[0].index + 1
    intruder = [
        Event(0, 999, "invoke", "acquire", None, 0),
        Event(0, 999, "ok", "acquire", 10**6, 0),
        Event(0, 999, "invoke", "release", None, 0),
        Event(0, 999, "ok", "release", None, 0),
    ]
    merged = (*events[:at], *intruder, *events[at:])
    renumbered = tuple(Event(i, e.process, e.type, e.f, e.value, i) for i, e in enumerate(merged))
    assert "two owners" in names(renumbered)


@given(**sizes, which=st.integers(0, 100))
def test_a_fence_that_does_not_rise_is_found(seed: int, steps: int, clients: int, which: int) -> None:
    events = history(seed, steps, clients)
    acquired = completions(events, "acquire")
    assume(len(acquired) > 1)
    later = which % (len(acquired) - 1) + 1
    assert names(with_value(events, acquired[later], acquired[later - 1].value), fenced=True) == {"fence not above"}
    assert names(with_value(events, acquired[later], None), fenced=True) == {"no fence"}


def test_a_lock_that_is_not_reentrant_is_acquired_once() -> None:
    steps = ["acquire", "acquire", "release"]
    events = tuple(
        event
        for i, f in enumerate(steps)
        for event in (Event(2 * i, 1, "invoke", f, None, 2 * i), Event(2 * i + 1, 1, "ok", f, None, 2 * i + 1))
    )
    assert names(events) == {"acquired twice"}
    assert names(events, reentrant=True) == set()
    assert lock.check(events[:0]).validity is Validity.UNKNOWN


def test_a_release_by_a_stranger_is_found() -> None:
    events = (
        Event(0, 1, "invoke", "acquire", None, 0),
        Event(1, 1, "ok", "acquire", None, 1),
        Event(2, 2, "invoke", "release", None, 2),
        Event(3, 2, "ok", "release", None, 3),
    )
    assert names(events) == {"released by a stranger"}


@given(st.lists(st.integers(0, 30), min_size=1))
def test_ids_that_are_given_twice_are_found(given_out: list[int]) -> None:
    events = [
        event
        for i, id_ in enumerate(given_out)
        for event in (
            Event(2 * i, i, "invoke", "generate", None, 2 * i),
            Event(2 * i + 1, i, "ok", "generate", id_, 2 * i + 1),
        )
    ]
    twice = {id_: count for id_, count in Counter(given_out).items() if count > 1}
    verdict = ids.check(events)
    assert verdict.figures["duplicated"] == len(twice)
    assert len(verdict.anomalies) == (len(twice) if len(twice) <= 3 else 1)
    assert {o.value for anomaly in verdict.anomalies for o in anomaly.operations} == twice.keys()
    assert {anomaly.name for anomaly in verdict.anomalies} <= {"duplicated"}
    assert ids.check([]).validity is Validity.UNKNOWN


def told(*steps: str) -> tuple[Event, ...]:
    """Events "owner what type value" of two processes, a and b; "a acquire ok 3" is one with fence 3."""
    events = []
    for index, step in enumerate(steps):
        owner, f, type_, *value = step.split()
        fence = int(value[0]) if value else None
        events.append(Event(index, owner, type_, f, fence, index))  # type: ignore[arg-type]
    return tuple(events)


def test_all_that_is_wrong_with_owners_is_told_with_their_operations() -> None:
    events = told(
        *("b release invoke", "b release ok", "a acquire invoke", "a acquire ok", "b acquire invoke", "b acquire ok"),
        *("b acquire invoke", "b acquire ok", "a release invoke", "a release ok"),
    )
    verdict = lock.check(events)
    assert said(verdict) == [
        ("released by a stranger", "process b released a lock that it did not hold", [0]),
        ("acquired twice", "process b acquired a lock that it held already and that is not reentrant", [4, 6]),
        ("two owners", "process b acquired the lock while process a held it", [2, 8, 4, 6]),
    ]
    assert verdict.figures == {"holds": 2, "owners": 2}
    assert said(lock.check(told("a acquire invoke", "a acquire fail"))) == unknown("the lock was never acquired")


def test_all_that_is_wrong_with_fences_is_told_with_their_holds() -> None:
    events = told(
        *("a acquire invoke", "a acquire ok", "a release invoke", "a release ok"),
        *("b acquire invoke", "b acquire ok 5", "b release invoke", "b release ok"),
        *("a acquire invoke", "a acquire ok 5", "a acquire invoke", "a acquire ok 6"),
        *("a release invoke", "a release ok", "a release invoke", "a release ok"),
        *("b acquire invoke", "b acquire ok 6"),
    )
    assert said(lock.check(events, fenced=True, reentrant=True)) == [
        ("no fence", "process a acquired the lock without a fence", [0]),
        ("fence not above", "process a got fence 5, not above 5, which process b had before it", [4, 8]),
        ("fence changed", "process a acquired again and its fence 5 changed to 6", [8, 10]),
    ]


def test_a_hold_lasts_to_the_end_or_to_the_last_sign_of_an_owner_that_retired() -> None:
    held = ("a acquire invoke", "a acquire ok", "b acquire invoke", "b acquire ok")
    assert names(told(*held)) == {"two owners"}
    retired = ("a acquire invoke", "a acquire ok", "a acquire invoke", "a acquire info")
    assert names(told(*retired, "b acquire invoke", "b acquire ok"), reentrant=True) == set()
    early = ("a acquire invoke", "a acquire ok", "a acquire invoke", "b acquire invoke", "b acquire ok")
    assert names(told(*early, "a acquire info"), reentrant=True) == {"two owners"}


def test_of_overlapping_holds_the_longest_is_compared_with_what_comes() -> None:
    events = told(
        *("a acquire invoke", "a acquire ok", "b acquire invoke", "b acquire ok", "b release invoke", "b release ok"),
        *("c acquire invoke", "c acquire ok", "c release invoke", "c release ok", "a release invoke", "a release ok"),
    )
    assert [operations for _, _, operations in said(lock.check(events))] == [[0, 10, 2, 4], [0, 10, 6, 8]]
    endless = told(*(f"{owner} acquire {type_}" for owner in "abc" for type_ in ("invoke", "ok")))
    assert [operations for _, _, operations in said(lock.check(endless))] == [[0, 2], [0, 4]]
