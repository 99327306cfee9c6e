"""Checkers against definitions: small histories at random, worlds that may explain them, and the comparison.

A definition is written from a checker's docstring alone and may take exponential time, as histories are small.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from hypothesis import settings

from harness.checkers import Validity, Verdict
from harness.events import NEMESIS, NEVER, Event, Operation, Type, operations, steps

_HISTORIES_AN_EXAMPLE = 10
#: What a client does next: f and the value it is invoked with.
Call = Callable[[random.Random], tuple[str, Any]]
#: What a successful operation returns, of f and the value it was invoked with.
Answer = Callable[[random.Random, str, Any], Any]


def how_many() -> int:
    """How many histories something is compared on: ten for each example of the Hypothesis profile in force."""
    return settings().max_examples * _HISTORIES_AN_EXAMPLE


def small(
    chance: random.Random,
    call: Call,
    answer: Answer,
    *,
    most: int = 7,
    outcomes: Sequence[Type] = ("ok", "ok", "ok", "ok", "fail", "info"),
    noted: Callable[[random.Random], tuple[str, Any]] | None = None,
) -> tuple[Event, ...]:
    """Up to `most` operations by one to four clients, whose answers are made up; some are never completed.

    Two events in a row are often of the same time. A client goes on as a new process after an unknown outcome.

    Args:
        chance: the seed.
        call: what is invoked.
        answer: what a success returns.
        most: how many operations there may be.
        outcomes: one of these for each operation that is completed.
        noted: events of the nemesis in between.
    """
    left, processes = chance.randint(1, most), chance.randint(1, 4)
    idle = list(range(1, processes + 1))
    busy: dict[int, tuple[str, Any]] = {}
    events: list[Event] = []
    time = 0

    def record(process: int | str, type_: Type, f: str, value: Any) -> None:
        nonlocal time
        time += chance.choice([0, 0, 1, 2])
        events.append(Event(len(events), process, type_, f, value, time))

    while (left and idle) or (busy and chance.random() < 0.95):
        if noted and chance.random() < 0.15:
            record(NEMESIS, "info", *noted(chance))
        if left and idle and (not busy or chance.random() < 0.5):
            left -= 1
            process = idle.pop(chance.randrange(len(idle)))
            busy[process] = call(chance)
            record(process, "invoke", *busy[process])
            continue
        process = chance.choice(sorted(busy))
        f, value = busy.pop(process)
        outcome = chance.choice(outcomes)
        record(process, outcome, f, answer(chance, f, value) if outcome == "ok" else value)
        if outcome == "info":
            processes += 1
        idle.append(processes if outcome == "info" else process)
    return tuple(events)


def explained(
    events: Iterable[Event],
    initial: Hashable,
    apply: Callable[[Any, Operation], Iterable[Hashable]],
    left: Callable[[Any, int | str], Hashable] = lambda state, _: state,
) -> bool:
    """Whether there is a world in which each operation takes effect at one moment while it is under way.

    One of unknown outcome may do so at any later moment, or never. Every choice is followed.

    Args:
        events: the history.
        initial: the object at first.
        apply: what the object may be after the operation, with the outcome and the answer that it had, if any.
        left: what the object may also be at any moment after a process has retired.
    """
    worlds: set[tuple[Any, frozenset[int]]] = {(initial, frozenset())}
    retired: list[int | str] = []
    calls = {o.invoke.index: o for o in operations(events)}
    for index, done in [(o.invoke.index, done) for o, done in steps(list(calls.values()))]:
        if not done:
            worlds = {(state, waiting | {index}) for state, waiting in worlds}
            continue
        todo = list(worlds)
        while todo:
            state, waiting = todo.pop()
            more = {(left(state, process), waiting) for process in retired}
            more |= {(after, waiting - {one}) for one in waiting for after in apply(state, calls[one])}
            todo += more - worlds
            worlds |= more
        if calls[index].outcome == "info":
            retired.append(calls[index].invoke.process)
        else:
            worlds = {(state, waiting) for state, waiting in worlds if index not in waiting}
    return bool(worlds)


def ended(operation: Operation) -> int:
    """The event with which it was completed; beyond any if it never was."""
    return operation.completion.index if operation.completion else NEVER


def compare(
    make: Callable[[random.Random], tuple[Event, ...]],
    check: Callable[[Sequence[Event]], Verdict],
    defined: Callable[[tuple[Event, ...]], object],
    *,
    seen: Callable[[Verdict], object] = lambda verdict: verdict.validity,
    kinds: int = 2,
) -> None:
    """Fails with the smallest history on which a checker says other than its definition.

    Histories are made from the seeds 0, 1, ...: those of `make check` are the first of those of `make test-all`.

    Args:
        make: makes a history.
        check: the checker.
        defined: what `seen` of its verdict has to be.
        seen: what is compared.
        kinds: so many validities have to come at least once in a hundred, or the histories test nothing.
    """
    count = how_many()
    wrong: list[tuple[tuple[Event, ...], Verdict, object]] = []
    validities: dict[Validity, int] = {}
    for seed in range(count):
        events = make(random.Random(seed))
        verdict, expected = check(events), defined(events)
        assert "defect of the checker" not in verdict.sentences, f"seed {seed}: {verdict.sentences}"
        validities[verdict.validity] = validities.get(verdict.validity, 0) + 1
        if seen(verdict) != expected:
            wrong.append((events, verdict, expected))
    if wrong:
        events, verdict, expected = min(wrong, key=lambda one: len(one[0]))
        told = "\n".join(f"  {e.index} at {e.time}: {e.process} {e.f}({e.value}) {e.type}" for e in events)
        message = f"{len(wrong)} of {count}; the smallest should be {expected}, is {seen(verdict)}"
        raise AssertionError(f"{message}\n{told}\n{verdict.sentences}")
    assert sum(found >= count / 100 for found in validities.values()) >= kinds, validities
