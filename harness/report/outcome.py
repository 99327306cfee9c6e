"""What became of one scenario, as the row of every table that shows it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.checkers.elements import element_of, set_of
from harness.checkers.identity import identity
from harness.errors import BadInputError
from harness.events import Event, Operation, faults, in_words, operations
from harness.recovery import kinds
from harness.replay import judge

#: Kinds of operations that change what the system holds.
_WRITES = frozenset({"post", "add", "put", "increment", "write", "send"})
#: Kinds of requests of which the longest time without a success is said; a put may have to wait by its nature.
_REQUESTS = frozenset({"post", "get", "add", "increment"})


class Result(StrEnum):
    """In the words of the tables."""

    HELD = "held"
    BROKEN = "broken"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    UNFIT = "unfit"
    QUARANTINED = "quarantined"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Figures:
    """What a history says by itself. None where it has no such thing.

    Attributes:
        faults: what was done to whom, such as "kill kafka-2".
        acknowledged: how many writes were answered with success; a message that was posted again is one.
        lost: how many of them were gone at the end; some scenarios expect that.
        hidden: as many more may be lost, as increments whose outcome is unknown may have come in their place.
        unavailable_s: the longest time without a success of any kind of request, in seconds.
    """

    faults: tuple[str, ...] = ()
    acknowledged: int | None = None
    lost: int | None = None
    hidden: int = 0
    unavailable_s: float | None = None


@dataclass(frozen=True)
class Outcome:
    """One scenario of a run.

    Attributes:
        scenario: its id, as pytest takes it.
        result: what became of it.
        figures: of its history.
        took_s: how long it took, with its setup, in seconds.
        words: why it did not hold, in plain words; empty if it did.
        repeat: the command that repeats just this.
    """

    scenario: str
    result: Result
    figures: Figures
    took_s: float
    words: str
    repeat: str

    @property
    def title(self) -> str:
        """The scenario's name as a sentence."""
        return title(self.scenario)


def title(scenario: str) -> str:
    """`.../test_x.py::test_losing_one_loses_nothing[10-stop]` as "losing one loses nothing: 10, stop"."""
    name, _, parameters = scenario.rpartition("::")[2].partition("[")
    words = re.sub(r"^test_", "", name).replace("_", " ")
    return f"{words}: {parameters.rstrip(']').replace('-', ', ', 1)}" if parameters else words


def measured(events: Sequence[Event]) -> Figures:
    """The figures of a history; one that nothing can be said of has none."""
    history = operations(events)
    writes = [operation for operation in history if operation.f in _WRITES]
    requests = [kind.unavailable_s for kind in kinds(events) if kind.f in _REQUESTS]
    lost, hidden = _lost(events)
    return Figures(
        faults=broken(events),
        acknowledged=len({_written(o) for o in writes if o.outcome == "ok"}) if writes else None,
        lost=lost,
        hidden=hidden,
        unavailable_s=max(requests, default=None),
    )


def broken(events: Sequence[Event]) -> tuple[str, ...]:
    """Every fault of a history in order, in words."""
    return tuple(map(in_words, faults(events)))


def _written(write: Operation) -> Hashable:
    """The same for two writes of one message or of one element."""
    if write.f == "post":
        return identity(write.invoke.value["id"])
    return (set_of(write), identity(element_of(write))) if write.f == "add" else write.invoke.index


def _lost(events: Sequence[Event]) -> tuple[int | None, int]:
    """How many, and how many more there may be."""
    try:
        figures = [verdict.figures for verdict in judge(events).values()]
    except BadInputError:
        return None, 0  # no checker knows these operations
    for found in figures:
        if isinstance(lost := found.get("lost"), int):
            return lost, 0
    for found in figures:
        if isinstance(updates := found.get("lost_updates"), int):
            unknown = sum(abs(o.invoke.value) for o in operations(events) if o.f == "increment" and o.outcome == "info")
            return max(0, updates), max(0, updates + unknown) - max(0, updates)
    return None, 0
