"""Registers: both ways of judging agree with a slow third one that tries every order; histories of a real one pass."""

import itertools
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers import Validity, register
from harness.events import Event, Operation, Type, operations
from tests.checkers.concurrent import Concurrent, completions, with_value


class Register:
    """A key's value, and unique values to write."""

    def __init__(self, *, cas: bool = False, values: int = 10**9) -> None:
        self.value: int | None = None
        self._written = itertools.count(1)
        self._cas, self._values = cas, values

    def apply(self, f: str, value: Any, process: int) -> tuple[Type, Any]:
        key, argument = value
        if f == "read":
            return "ok", [key, self.value]
        if f == "cas":
            old, new = argument
            if self.value != old:
                return "fail", value
            self.value = new
            return "ok", value
        self.value = argument
        return "ok", value

    def choose(self, chance: random.Random, process: int) -> tuple[str, Any]:
        new = next(self._written) % self._values
        kind = chance.choice(["read", "write", "cas"] if self._cas else ["read", "write"])
        return kind, ["x", {"read": None, "write": new, "cas": [chance.randrange(3), new]}[kind]]


def history(seed: int, steps: int, clients: int, **options: Any) -> tuple[Event, ...]:
    it = Register(**options)
    run = Concurrent(seed, it.apply, it.choose, clients=clients)
    run.run(steps)
    run.after("read", ["x", None])
    return tuple(run.events)


def explained(events: tuple[Event, ...]) -> bool:
    """Tries every order of the operations, and every choice of which unknown ones happened. Exponential; small only."""
    calls = [o for o in operations(events) if o.outcome == "ok" or (o.outcome == "info" and o.f != "read")]

    def before(a: Operation, b: Operation) -> bool:
        return a.outcome == "ok" and a.completion is not None and a.completion.index < b.invoke.index

    def search(left: tuple[Operation, ...], value: object) -> bool:
        if all(o.outcome == "info" for o in left):
            return True
        for o in left:
            if any(before(other, o) for other in left if other is not o):
                continue
            rest = tuple(other for other in left if other is not o)
            argument = (o.value if o.f == "read" else o.invoke.value)[1]
            if o.f == "read" and argument == value:
                after = value
            elif o.f == "write":
                after = argument
            elif o.f == "cas" and argument[0] == value:
                after = argument[1]
            else:
                continue
            if search(rest, after):
                return True
        return False

    return search(tuple(calls), None)


sizes = {"seed": st.integers(0, 2**32), "steps": st.integers(1, 40), "clients": st.integers(1, 6)}
small = {"seed": st.integers(0, 2**32), "steps": st.integers(2, 7), "clients": st.integers(2, 4)}


@given(**sizes)
def test_a_correct_history_is_valid(seed: int, steps: int, clients: int) -> None:
    verdict = register.check(history(seed, steps, clients))
    assert verdict.validity is Validity.VALID, verdict.sentences


@given(**sizes, values=st.integers(2, 4))
def test_a_correct_history_with_equal_values_and_compare_and_set_is_valid(
    seed: int, steps: int, clients: int, values: int
) -> None:
    verdict = register.check(history(seed, steps, clients, cas=True, values=values))
    assert verdict.validity is Validity.VALID, verdict.sentences


@given(**small, read=st.integers(0, 100), shift=st.integers(-6, 6))
@settings(max_examples=400)
def test_zones_agree_with_every_order(seed: int, steps: int, clients: int, read: int, shift: int) -> None:
    events = history(seed, steps, clients)
    if reads := completions(events, "read"):
        chosen = reads[read % len(reads)]
        events = with_value(events, chosen, ["x", (chosen.value[1] or 0) + shift or None])
    verdict = register.check(events)
    assert (verdict.validity is Validity.VALID) == explained(events), verdict.sentences


@given(**small, read=st.integers(0, 100), value=st.integers(0, 3))
@settings(max_examples=300)
def test_the_search_agrees_with_every_order(seed: int, steps: int, clients: int, read: int, value: int) -> None:
    events = history(seed, steps, clients, cas=True, values=3)
    if reads := completions(events, "read"):
        events = with_value(events, reads[read % len(reads)], ["x", value])
    verdict = register.check(events)
    assert (verdict.validity is Validity.VALID) == explained(events), verdict.sentences


@given(**sizes, read=st.integers(0, 100))
def test_both_ways_agree_on_distinct_values(seed: int, steps: int, clients: int, read: int) -> None:
    events = history(seed, steps, clients)
    if len(reads := completions(events, "read")) > 1:
        # The swap of two answers: often wrong, sometimes not.
        one, two = reads[read % len(reads)], reads[(read + 1) % len(reads)]
        events = with_value(with_value(events, one, two.value), two, one.value)
    # A cas that can't match makes it search, and changes nothing else.
    more = [("invoke", ["x", [-1, -2]]), ("fail", ["x", [-1, -2]])]
    end = len(events)
    searched = (*events, *(Event(end + i, 999, t, "cas", v, 1000 * (end + i)) for i, (t, v) in enumerate(more)))  # type: ignore[arg-type]
    assert register.check(events).validity == register.check(searched).validity


def test_a_search_gives_up_as_unknown() -> None:
    events = history(1, 200, 12, cas=True, values=3)
    assert register.check(events, most_configurations=20).validity is Validity.UNKNOWN


def test_keys_are_judged_apart() -> None:
    def op(index: int, process: int, f: str, invoked: Any, returned: Any) -> list[Event]:
        return [
            Event(index, process, "invoke", f, invoked, index),
            Event(index + 1, process, "ok", f, returned, index + 1),
        ]

    events = (*op(0, 1, "write", ["x", 1], ["x", 1]), *op(2, 1, "read", ["y", None], ["y", 1]))
    verdict = register.check(events)
    assert [anomaly.name for anomaly in verdict.anomalies] == ["unexpected"]
    assert verdict.figures["keys"] == 2
