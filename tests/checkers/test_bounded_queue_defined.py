"""The bounded queue's checker finds what its docstring says, on small histories, and never what a queue may do."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from harness.checkers import Validity, Verdict, bounded_queue
from harness.errors import BadInputError
from harness.events import NEVER, Event, Operation, operations
from tests.checkers.small import compare, ended, explained, small

BOUND = 2


def history(chance: random.Random) -> tuple[Event, ...]:
    """Mostly each item comes out once, and sometimes one that is another's, or nobody's."""
    put: list[Any] = []
    # True, 1.0 and "1" are items of their own beside 1.
    names = [1, True, 1.0, "1", *range(2, 10)] if chance.random() < 0.2 else list(range(10))

    def call(chance: random.Random) -> tuple[str, Any]:
        f = chance.choice(["put", "put", "offer", "take", "take", "take"])
        if f == "take":
            return f, None
        put.append(names.pop(0))
        return f, put[-1]

    def answer(chance: random.Random, f: str, value: Any) -> Any:
        if f != "take":
            return value
        return put.pop(0 if chance.random() < 0.9 else -1) if put and chance.random() < 0.95 else chance.choice([0, 1])

    return small(chance, call, answer, most=8)


def same(one: object, other: object) -> bool:
    return one == other and type(one) is type(other)


class Moments:
    """What is sure and what is possible of a history, from its operations, at any moment."""

    def __init__(self, events: Sequence[Event]) -> None:
        history = operations(events)
        self.into = [o for o in history if o.f in {"put", "offer"}]
        self.out = [o for o in history if o.f == "take"]
        self.taken = [o for o in self.out if o.outcome == "ok"]

    def takes_of(self, put: Operation) -> list[Operation]:
        return [take for take in self.taken if same(take.value, put.invoke.value)]

    def came_in(self, put: Operation) -> int:
        """The event from which on it is sure that it did."""
        return min([ended(put) if put.outcome == "ok" else NEVER, *map(ended, self.takes_of(put))])

    def sure(self, moment: int) -> int:
        """Right after the event of that index."""
        answered = [o for o in self.into if o.outcome == "ok" and ended(o) <= moment]
        left = [o for o in answered if all(take.invoke.index > moment for take in self.takes_of(o))]
        never = [o for o in left if not self.takes_of(o)]
        unknown = [o for o in self.out if o.outcome == "info" and o.invoke.index <= moment]
        return len(left) - len(never) + max(0, len(never) - len(unknown))

    def possible(self, moment: int) -> int:
        begun = [o for o in self.into if o.outcome != "fail" and o.invoke.index <= moment]
        return len(begun) - sum(ended(take) <= moment for take in self.taken)


def by_size(it: Moments) -> Iterator[str]:
    for o in it.into:
        if o.outcome == "ok" and it.sure(ended(o)) > max(BOUND, it.sure(ended(o) - 1)):
            yield "over the bound"
        came_in = NEVER if o.outcome == "fail" else it.came_in(o)
        if o.invoke.index < came_in < NEVER and min(map(it.sure, range(o.invoke.index, came_in))) >= BOUND:
            yield "over the bound"
        if o.f == "offer" and o.completion and o.outcome == "fail" and max(map(it.possible, while_it(o))) < BOUND:
            yield "refused although there was room"
    for o in it.out:
        if o.completion and o.outcome == "fail" and min(map(it.sure, while_it(o))) > 0:
            yield "refused although there was an item"


def while_it(o: Operation) -> range:
    return range(o.invoke.index, ended(o))


def by_item(it: Moments, drained: bool) -> Iterator[str]:
    into = [o for o in it.into if o.outcome != "fail"]
    for take in it.taken:
        if not any(same(o.invoke.value, take.value) and o.invoke.index < ended(take) for o in into):
            yield "unexpected"
        if sum(same(other.value, take.value) for other in it.taken) > 1:
            yield "duplicated"
    lost = [o for o in it.into if o.outcome == "ok" and not it.takes_of(o)]
    if drained and len(lost) > sum(o.outcome == "info" for o in it.out):
        yield "lost"


def defined(events: Sequence[Event], drained: bool) -> set[str]:
    it = Moments(events)
    return {*by_size(it), *by_item(it, drained)}


def names(verdict: Verdict) -> set[str]:
    return {anomaly.name for anomaly in verdict.anomalies}


@pytest.mark.parametrize("drained", [False, True])
def test_it_finds_what_is_defined(drained: bool) -> None:
    compare(
        history,
        lambda events: bounded_queue.check(events, bound=BOUND, drained=drained),
        lambda events: defined(events, drained),
        seen=names,
    )


def possible(events: Sequence[Event], *, drained: bool) -> bool:
    """Whether a queue that gives out its items in any order may have answered so."""

    def apply(state: frozenset[Any], o: Operation) -> Iterator[frozenset[Any]]:
        # As text, as 1 and True are one to a set.
        item = repr(o.value)
        if o.f == "empty":
            yield from [state] if not state else []
        elif o.f == "take" and o.outcome == "ok":
            yield from [state - {item}] if item in state else []
        elif o.f == "take" and o.outcome == "fail":
            yield from [state] if not state else []
        elif o.f == "take":
            yield from (state - {one} for one in state)
        elif o.outcome == "fail":
            # A put that failed says nothing.
            yield from [state] if len(state) >= BOUND or o.f == "put" else []
        elif len(state) < BOUND:
            yield state | {item}

    end = len(events)
    if drained:
        events = (*events, Event(end, 99, "invoke", "empty", None, 999), Event(end + 1, 99, "ok", "empty", None, 999))
    return explained(events, frozenset(), apply)


@pytest.mark.parametrize("drained", [False, True])
def test_what_a_queue_may_do_is_never_found_wrong(drained: bool) -> None:
    def is_right(events: Sequence[Event]) -> bool:
        verdict = bounded_queue.check(events, bound=BOUND, drained=drained)
        return verdict.validity is Validity.VALID or not possible(events, drained=drained)

    compare(
        history,
        lambda events: bounded_queue.check(events, bound=BOUND, drained=drained),
        is_right,
        seen=lambda _: True,
    )


def test_an_item_that_was_put_in_twice_is_refused() -> None:
    def put(index: int, type_: Any) -> list[Event]:
        return [Event(index, index, "invoke", "put", 5, 0), Event(index + 1, index, type_, "put", 5, 0)]

    with pytest.raises(BadInputError, match=r"item 5 was put into the bounded queue twice \(events 0 and 2\)"):
        bounded_queue.check([*put(0, "info"), *put(2, "ok")], bound=BOUND)
    assert not bounded_queue.check([*put(0, "fail"), *put(2, "ok")], bound=BOUND, drained=False).anomalies
