"""What a fault cost, from a history: how long nothing succeeded, and when things came back. Times in seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.events import NEMESIS, Event, Operation, operations

_NS = 1e9


@dataclass(frozen=True)
class Kind:
    """The figures of one kind of operation.

    Attributes:
        f: the kind, such as "post".
        ok, failed, unknown: how many ended how.
        unavailable_s: the longest time from one success to the next while there were attempts.
    """

    f: str
    ok: int
    failed: int
    unknown: int
    unavailable_s: float


def kinds(events: Sequence[Event]) -> tuple[Kind, ...]:
    """The figures of every kind of operation in the history, in order of appearance."""
    by_kind: dict[str, list[Operation]] = {}
    for operation in operations(events):
        by_kind.setdefault(operation.invoke.f, []).append(operation)
    return tuple(_kind(f, found) for f, found in by_kind.items())


def _kind(f: str, found: Sequence[Operation]) -> Kind:
    outcomes = Counter(operation.outcome for operation in found)
    return Kind(f, outcomes["ok"], outcomes["fail"], outcomes["info"], longest_unavailability_s(found))


def longest_unavailability_s(found: Sequence[Operation]) -> float:
    """The longest time without a success while an operation was under way.

    A gap in which nobody asked is not unavailability: it counts from the first invocation after the last success.
    """
    steps: list[tuple[int, int, Operation]] = []
    for operation in found:
        steps.append((operation.invoke.time, 0, operation))
        if operation.completion:
            steps.append((operation.completion.time, 1, operation))
    waiting_since: int | None = None
    longest = 0
    under_way = 0
    for time, ended, operation in sorted(steps, key=lambda step: step[:2]):
        if not ended:
            under_way += 1
            waiting_since = time if waiting_since is None else waiting_since
            continue
        under_way -= 1
        if operation.outcome == "ok":
            longest = max(longest, time - (waiting_since or time))
            waiting_since = time if under_way else None
    if waiting_since is not None and steps:
        longest = max(longest, max(step[0] for step in steps) - waiting_since)
    return longest / _NS


@dataclass(frozen=True)
class Moment:
    """Something that was done to the clusters or that they did, in seconds from the history's first event."""

    f: str
    at_s: float
    value: dict[str, object]


def moments(events: Sequence[Event]) -> tuple[Moment, ...]:
    """The nemesis' events in order."""
    if not events:
        return ()
    start = events[0].time
    return tuple(Moment(e.f, (e.time - start) / _NS, e.value) for e in events if e.process == NEMESIS)
