"""The lock's checker says what its docstring says, on small histories: an owner that is gone may have lost the lock."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from harness.checkers import Validity, lock
from harness.events import Event, Operation
from tests.checkers.small import compare, explained, small


@dataclass(frozen=True)
class Lock:
    owner: int | str | None = None
    depth: int = 0
    fence: int = 0
    highest: int = 0


def history(chance: random.Random) -> tuple[Event, ...]:
    fence = iter(range(1, 100))

    def answer(chance: random.Random, f: str, value: object) -> object:
        if f != "acquire":
            return None
        # Mostly as they should be, sometimes not.
        return next(fence) if chance.random() < 0.8 else chance.choice([1, 2, 3, True, None])

    def call(chance: random.Random) -> tuple[str, object]:
        return chance.choice(["acquire", "release", "release", "write"]), None

    return small(chance, call, answer)


def acquired(state: Lock, o: Operation, *, fenced: bool, reentrant: bool) -> Iterator[Lock]:
    # The fence of a hold that its process did not live to see is of no interest.
    fence = o.value if fenced and o.outcome == "ok" else None
    if fenced and o.outcome == "ok" and type(fence) is not int:
        return
    if state.owner == o.invoke.process and reentrant and (fence is None or fence == state.fence):
        yield replace(state, depth=state.depth + 1)
    elif state.owner is None and (fence is None or fence > state.highest):
        yield Lock(o.invoke.process, 1, fence or 0, fence or state.highest)


def defined(events: Sequence[Event], *, fenced: bool, reentrant: bool) -> Validity:
    def apply(state: Lock, o: Operation) -> Iterator[Lock]:
        if o.outcome == "fail" or o.f not in {"acquire", "release"}:
            yield state  # which says nothing
        elif o.f == "acquire":
            yield from acquired(state, o, fenced=fenced, reentrant=reentrant)
        elif state.owner == o.invoke.process:
            yield replace(state, depth=state.depth - 1, owner=state.owner if state.depth > 1 else None)

    def left(state: Lock, process: int | str) -> Lock:
        return replace(state, owner=None, depth=0) if state.owner == process else state

    if not any(e.type == "ok" and e.f in {"acquire", "release"} for e in events):
        return Validity.UNKNOWN
    return Validity.VALID if explained(events, Lock(), apply, left) else Validity.INVALID


@pytest.mark.parametrize("fenced", [False, True])
@pytest.mark.parametrize("reentrant", [False, True])
def test_it_says_what_is_defined(fenced: bool, reentrant: bool) -> None:
    compare(
        history,
        lambda events: lock.check(events, fenced=fenced, reentrant=reentrant),
        lambda events: defined(events, fenced=fenced, reentrant=reentrant),
        kinds=3,
    )
