"""Counters: a real one passes; each read out of its bounds is found, and judged as a slow search judges it."""

import itertools
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.checkers import Validity, counter
from harness.events import Event, Type, operations
from tests.checkers.concurrent import Concurrent, completions, with_value
from tests.checkers.said import one_after_another, said, unknown

sizes = {"seed": st.integers(0, 2**32), "steps": st.integers(1, 30), "clients": st.integers(1, 5)}


class Number:
    """What is counted."""

    def __init__(self) -> None:
        self.value = 0

    def apply(self, f: str, value: Any, process: int) -> tuple[Type, Any]:
        if f == "increment":
            self.value += value
        return "ok", self.value if f == "read" else value

    def choose(self, chance: random.Random, process: int) -> tuple[str, Any]:
        return ("read", None) if chance.random() < 0.4 else ("increment", chance.choice([1, 2, 5, -1]))


def history(seed: int, steps: int, clients: int) -> tuple[Event, ...]:
    it = Number()
    run = Concurrent(seed, it.apply, it.choose, clients=clients)
    run.run(steps)
    run.after("read")
    return tuple(run.events)


def possible(events: tuple[Event, ...], read: Event) -> set[int]:
    """What a read may return: every choice of the concurrent and unknown increments. Exponential."""
    begin = max(e.index for e in events if e.process == read.process and e.type == "invoke" and e.index < read.index)
    adds = [o for o in operations(events) if o.f == "increment" and o.outcome != "fail" and o.invoke.index < read.index]
    sure = sum(o.invoke.value for o in adds if o.outcome == "ok" and o.completion and o.completion.index < begin)
    maybe = [o.invoke.value for o in adds if not (o.outcome == "ok" and o.completion and o.completion.index < begin)]
    return {sure + sum(c) for n in range(len(maybe) + 1) for c in itertools.combinations(maybe, n)}


@given(**sizes)
def test_a_correct_history_is_valid(seed: int, steps: int, clients: int) -> None:
    verdict = counter.check(history(seed, steps, clients))
    assert verdict.validity is Validity.VALID, verdict.sentences


@given(**sizes, which=st.integers(0, 100), shift=st.integers(-8, 8))
def test_a_read_out_of_bounds_is_found_and_no_other(
    seed: int, steps: int, clients: int, which: int, shift: int
) -> None:
    events = history(seed, steps, clients)
    reads = completions(events, "read")
    read = reads[which % len(reads)]
    events = with_value(events, read, read.value + shift)
    values = possible(events, read)
    found = [anomaly.name for anomaly in counter.check(events).anomalies]
    if read.value + shift < min(values):
        assert found == ["lost update"]
    elif read.value + shift > max(values):
        assert found == ["counted twice"]
    else:
        assert found == []


def test_lost_updates_are_counted() -> None:
    events: list[Event] = []
    for process in range(3):
        events.append(Event(len(events), process, "invoke", "increment", 1, len(events)))
        events.append(Event(len(events), process, "ok", "increment", 1, len(events)))
    events += [Event(6, 9, "invoke", "read", None, 6), Event(7, 9, "ok", "read", 1, 7)]
    verdict = counter.check(events)
    assert (verdict.figures["lost"], verdict.figures["hidden"]) == (2, 0)
    assert verdict.sentences == "lost update: a read returned 1, where 3 to 3 was possible: 2 too few"


def test_every_wrong_read_is_told_with_what_was_possible() -> None:
    events = one_after_another(
        ("increment", 3, "ok", 3),
        ("increment", -1, "info", -1),
        ("increment", 7, "fail", 7),
        ("read", None, "ok", 1),
        ("read", None, "ok", 5),
        ("read", None, "ok", None),
        ("read", None, "ok", 2),
    )
    verdict = counter.check(events)
    assert said(verdict) == [
        ("lost update", "a read returned 1, where 2 to 3 was possible: 1 too few", [6]),
        ("counted twice", "a read returned 5, where 2 to 3 was possible: 2 too many", [8]),
        ("lost update", "a read found the counter gone, where 2 to 3 was possible", [10]),
    ]
    assert verdict.figures == {"reads": 4, "acknowledged": 3, "final": 2, "lost": 1, "hidden": 1}
    assert said(counter.check(events[:6])) == unknown("no read succeeded, so nobody knows what the counter held")


def test_of_a_counter_that_is_gone_everything_is_lost() -> None:
    events = one_after_another(("increment", 3, "ok", 3), ("read", None, "ok", None))
    assert counter.check(events, initial=2).figures["lost"] == 3
