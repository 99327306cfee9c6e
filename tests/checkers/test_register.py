"""Registers: both ways of judging agree with a slow third one that tries every order; histories of a real one pass."""

import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers import Validity, register
from harness.events import Event, Operation, Type, operations
from tests.checkers.concurrent import Concurrent, completions, with_value
from tests.checkers.said import one_after_another, said, unknown


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
    twice = one_after_another(write(1), write(1), read(1))
    assert said(register.check(twice, most_configurations=2)) == unknown(
        "the search for an order of 3 operations on x gave up after 2 steps"
    )
    assert said(register.check(twice, most_configurations=3)) == []


Step = tuple[str, Any, Type, Any]


def write(value: Any, outcome: Type = "ok") -> Step:
    return "write", ["x", value], outcome, ["x", value]


def read(value: Any) -> Step:
    return "read", ["x", None], "ok", ["x", value]


def cas(old: Any, new: Any, outcome: Type = "ok") -> Step:
    return "cas", ["x", [old, new]], outcome, ["x", [old, new]]


STALE = "a read that began when {1} was certain returned {0}, or the other way round"


@pytest.mark.parametrize(
    ("steps", "name", "sentence", "told"),
    [
        ([write(1), read(2)], "unexpected", "a read of x returned 2, which nobody wrote", [2]),
        ([write(1, "fail"), read(1)], "aborted read", "a read of x returned 1, whose write surely failed", [0, 2]),
        ([read(1), write(1)], "read from the future", "a read of x returned 1 before that was written", [0, 2]),
        (
            [write(1), write(2), read(1), read(1), read(2)],
            "stale read",
            f"x was 1 before and after it was 2: {STALE.format(1, 2)}",
            [0, 2, 6, 8],
        ),
        (
            [write(1), read(None)],
            "stale read",
            f"x was None before and after it was 1: {STALE.format(None, 1)}",
            [0, 2],
        ),
        (
            [write(1), write(1), read(2), read(3)],
            "not linearizable",
            "no order of the operations on x explains all answers; none of these can come next: read 2",
            [4],
        ),
        (
            [cas(None, 1), cas(2, 3), write(9), cas(1, 7, "fail")],
            "not linearizable",
            "no order of the operations on x explains all answers; none of these can come next: cas [2, 3]",
            [2],
        ),
        (
            [("read", ["x", None], "info", ["x", None]), cas(2, 3)],
            "not linearizable",
            "no order of the operations on x explains all answers; none of these can come next: cas [2, 3]",
            [2],
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_reads_and_writes(
    steps: list[Step], name: str, sentence: str, told: list[int]
) -> None:
    verdict = register.check(one_after_another(*steps))
    assert said(verdict) == [(name, sentence, told)]
    assert verdict.figures == {"keys": 1}


def test_of_orders_that_go_equally_far_the_one_that_begins_earliest_is_told() -> None:
    both = [["x", [None, 1]], ["x", [None, 2]]]
    begun = [Event(n, n, "invoke", "cas", value, n) for n, value in enumerate(both)]
    ended = [Event(2 + n, n, "ok", "cas", value, 2 + n) for n, value in enumerate(both)]
    told = "no order of the operations on x explains all answers; none of these can come next: cas [None, 2]"
    assert said(register.check([*begun, *ended])) == [("not linearizable", told, [1])]


def test_every_read_of_what_nobody_wrote_is_told() -> None:
    verdict = register.check(one_after_another(write(1), read(2), read(3)))
    assert [told for _, _, told in said(verdict)] == [[2], [4]]


def test_a_write_of_unknown_outcome_happened_if_it_was_read() -> None:
    unknown_write = write(1, "info")
    assert said(register.check(one_after_another(write(2), unknown_write, read(2)))) == []
    steps = [unknown_write, read(1), write(2), read(2), read(1)]
    assert [name for name, _, _ in said(register.check(one_after_another(*steps)))] == ["stale read"]


@pytest.mark.parametrize(
    "doubtful", [write(2, "info"), cas(1, 2, "info")], ids=["decided by zones, or searched", "searched"]
)
def test_a_write_in_doubt_that_was_shown_and_undone_is_a_dirty_read(doubtful: Step) -> None:
    told = (
        "reads of x returned what nobody is sure to have written (2), and the other answers can be only if it was "
        "undone after it was shown"
    )
    verdict = register.check(one_after_another(write(1), doubtful, read(2), read(1)))
    assert said(verdict) == [("dirty read", told, [4])]


@pytest.mark.parametrize("steps", [[write(1), write(2), read(2), read(1)], [write(1), write(2, "info"), read(None)]])
def test_what_is_wrong_without_reads_of_writes_in_doubt_is_told_as_that(steps: list[Step]) -> None:
    assert [name for name, _, _ in said(register.check(one_after_another(*steps)))] == ["stale read"]


def test_what_was_acknowledged_on_top_of_a_write_in_doubt_has_to_stay() -> None:
    steps = [write(1), write(2, "info"), read(2), cas(2, 3), read(1)]
    assert [name for name, _, _ in said(register.check(one_after_another(*steps)))] == ["not linearizable"]


def test_of_many_operations_that_can_not_come_next_four_are_named() -> None:
    begun = [Event(n, n, "invoke", "read", ["x", None], n) for n in range(5)]
    ended = [Event(5 + n, n, "ok", "read", ["x", 7], 5 + n) for n in range(5)]
    cas_of_nothing = [Event(10, 9, "invoke", "cas", ["x", [1, 2]], 10), Event(11, 9, "fail", "cas", ["x", [1, 2]], 11)]
    ((_, sentence, told),) = said(register.check([*begun, *ended, *cas_of_nothing]))
    assert sentence.endswith("none of these can come next: read 7; read 7; read 7; read 7")
    assert told == [0, 1, 2, 3, 4]


def test_without_an_answer_that_says_something_nothing_can_be_said() -> None:
    verdict = register.check(one_after_another(write(1), cas(1, 2, "fail"), ("other", 1, "ok", 1)))
    assert said(verdict) == unknown("no read and no compare-and-set succeeded, so nobody knows what the registers held")


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
