"""Locks: a real one passes, plain, reentrant and fenced; overlaps, strangers and wrong fences are found."""

import random
from collections import Counter
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity, ids, lock
from harness.events import Event, Type
from tests.checkers.concurrent import Concurrent, completions, with_value

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
    twice = sum(count > 1 for count in Counter(given_out).values())
    assert len(ids.check(events).anomalies) == twice
    assert {anomaly.name for anomaly in ids.check(events).anomalies} <= {"duplicated"}
    assert ids.check([]).validity is Validity.UNKNOWN
