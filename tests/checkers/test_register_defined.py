"""The register's checker says what linearizability says, on small histories of one key or two and of any values."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from harness.checkers import Validity, Verdict, register
from harness.events import Event, Operation, operations
from tests.checkers.small import compare, explained, small

VALUES = [1, True, 1.0, "1", None, float("nan")]


def history(chance: random.Random, *, distinct: bool) -> tuple[Event, ...]:
    """With distinct values zones decide, else a search."""
    keys = chance.choice([["x"], ["x"], [1, True]])
    left = chance.sample(VALUES, 6)
    values = chance.sample(VALUES, 3)
    latest: Any = None

    def call(chance: random.Random) -> tuple[str, Any]:
        nonlocal latest
        key, f = chance.choice(keys), chance.choice(["read", "write"] if distinct else ["read", "write", "cas"])
        if f == "read" or (distinct and not left):
            return "read", [key, None]
        new = left.pop() if distinct else chance.choice(values)
        old, latest = latest, new
        return f, [key, new if f == "write" else [old, new]]

    def answer(chance: random.Random, f: str, value: Any) -> Any:
        if f != "read":
            return value
        return [value[0], latest if chance.random() < 0.6 else chance.choice([None, *VALUES])]

    return small(chance, call, answer)


#: A state: the values that the register has had, of which all but the first may be undone, newest last.
State = tuple[str, ...]


def defined(events: Sequence[Event]) -> tuple[Validity, bool]:
    """Whether it is linearizable; and whether it is so only if writes of unknown outcome may be undone."""

    def done(state: State, o: Operation, *, undoing: bool) -> Iterator[State]:
        value = json.dumps(o.value[1])
        if o.outcome == "fail" or (o.f == "read" and o.outcome == "info"):
            yield state
        elif o.f == "read":
            yield from [state] if value == state[-1] else []
        else:
            old, new = (state[-1], value) if o.f == "write" else map(json.dumps, o.invoke.value[1])
            below = state if undoing and o.outcome == "info" else ()
            yield from [(*below, new)] if old == state[-1] else []

    def straight(state: State, o: Operation) -> Iterator[State]:
        return done(state, o, undoing=False)

    def undoing(state: State, o: Operation) -> Iterator[State]:
        for length in range(1, len(state) + 1):
            yield from done(state[:length], o, undoing=True)

    if not any(o.outcome == "ok" and o.f != "write" for o in operations(events)):
        return Validity.UNKNOWN, False
    keys = {json.dumps(event.value[0]) for event in events}
    of_key = [[event for event in events if json.dumps(event.value[0]) == key] for key in keys]
    wrong = [part for part in of_key if not explained(part, ("null",), straight)]
    dirty = any(explained(part, ("null",), undoing) for part in wrong)
    return Validity.INVALID if wrong else Validity.VALID, dirty


def seen(verdict: Verdict) -> tuple[Validity, bool]:
    return verdict.validity, any(anomaly.name == register.DIRTY for anomaly in verdict.anomalies)


@pytest.mark.parametrize("distinct", [True, False])
def test_it_says_what_is_defined(distinct: bool) -> None:
    compare(lambda chance: history(chance, distinct=distinct), register.check, defined, seen=seen, kinds=3)
