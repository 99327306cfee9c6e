"""The counter's checker says what its docstring says, on small histories, and finds nothing wrong in what may be."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from harness.checkers import Validity, Verdict, counter
from harness.events import Event, Operation, operations
from tests.checkers.small import compare, ended, explained, small

INITIAL = 2


def history(chance: random.Random) -> tuple[Event, ...]:
    deltas = chance.choice([[1], [1, 2], [1, -1], [3, -2]])
    done = INITIAL

    def call(chance: random.Random) -> tuple[str, Any]:
        nonlocal done
        if chance.random() < 0.4:
            return "read", None
        done += (delta := chance.choice(deltas))
        return "increment", delta

    def answer(chance: random.Random, f: str, value: Any) -> Any:
        if f == "increment":
            return value
        return None if chance.random() < 0.03 else done + chance.choice([0, 0, 0, 0, -1, 1, -2])

    return small(chance, call, answer)


def defined(events: Sequence[Event]) -> tuple[Validity, set[str], object]:
    history = operations(events)
    reads = [o for o in history if o.f == "read" and o.outcome == "ok"]
    if not reads:
        return Validity.UNKNOWN, {"unknown"}, (None, None)
    done = [o for o in history if o.f == "increment" and o.outcome == "ok"]
    found = set()
    for read in reads:
        sure = [o.invoke.value for o in done if ended(o) < read.invoke.index]
        maybe = [
            o.invoke.value
            for o in history
            if o.f == "increment" and o.outcome != "fail" and o.invoke.index < ended(read)
            if not (o.outcome == "ok" and ended(o) < read.invoke.index)
        ]
        least = INITIAL + sum(sure) + sum(delta for delta in maybe if delta < 0)
        most = INITIAL + sum(sure) + sum(delta for delta in maybe if delta > 0)
        if read.value is None or read.value < least:
            found.add("lost update")
        elif read.value > most:
            found.add("counted twice")
    lost: object = None, None
    if all(ended(o) < reads[-1].invoke.index for o in done):
        shown = 0 if reads[-1].value is None else reads[-1].value - INITIAL
        missing = sum(o.invoke.value for o in done) - shown
        unknown = sum(abs(o.invoke.value) for o in history if o.f == "increment" and o.outcome == "info")
        # At least so many; and at most, if none of unknown outcome came in the place of another.
        lost = max(0, missing), max(0, missing + unknown) - max(0, missing)
    return Validity.INVALID if found else Validity.VALID, found, lost


def seen(verdict: Verdict) -> tuple[Validity, set[str], object]:
    lost = verdict.figures.get("lost"), verdict.figures.get("hidden")
    return verdict.validity, {anomaly.name for anomaly in verdict.anomalies}, lost


def check(events: Sequence[Event]) -> Verdict:
    return counter.check(events, initial=INITIAL)


def test_it_says_what_is_defined() -> None:
    compare(history, check, defined, seen=seen, kinds=3)


def test_what_a_counter_may_show_is_never_found_wrong() -> None:
    def apply(state: int, o: Operation) -> Iterator[int]:
        if o.f == "increment":
            yield state if o.outcome == "fail" else state + o.invoke.value
        elif o.outcome != "ok" or state == o.value:
            yield state

    compare(
        history,
        check,
        lambda events: check(events).validity is not Validity.INVALID or not explained(events, INITIAL, apply),
        seen=lambda _: True,
    )
