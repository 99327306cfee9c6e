"""What a fault cost, from a history: how long nothing succeeded, and when things came back. Times in seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.checkers.availability import longest_unavailability_s
from harness.checkers.quantiles import quantiles_s
from harness.checkers.recovery import Sighting, drained_s, first_seen, sightings
from harness.events import NEMESIS, Event, Operation, faults, operations, undone
from harness.steps import Step
from harness.telling import tellings

_NS = 1e9


@dataclass(frozen=True)
class OperationFigures:
    """The figures of one kind of operation.

    Attributes:
        f: the kind, such as "post".
        ok, failed, unknown: how many ended how.
        unavailable_s: the longest time without a success during which somebody asked.
    """

    f: str
    ok: int
    failed: int
    unknown: int
    unavailable_s: float


def kinds(events: Sequence[Event]) -> tuple[OperationFigures, ...]:
    """The figures of every kind of operation in the history, in order of appearance."""
    by_kind: dict[str, list[Operation]] = {}
    for operation in operations(events):
        by_kind.setdefault(operation.f, []).append(operation)
    return tuple(_kind(f, of_kind) for f, of_kind in by_kind.items())


def _kind(f: str, of_kind: Sequence[Operation]) -> OperationFigures:
    outcomes = Counter(operation.outcome for operation in of_kind)
    return OperationFigures(f, outcomes["ok"], outcomes["fail"], outcomes["info"], longest_unavailability_s(of_kind))


@dataclass(frozen=True)
class Latency:
    """The latency of successful operations, in seconds: quantiles (p50, p99), the longest, and how many there were."""

    p50: float
    p99: float
    longest: float
    count: int


@dataclass(frozen=True)
class Recovery:
    """What one fault cost. Times in seconds from the fault; None where the history shows no such thing.

    Attributes:
        fault: what was done, such as "kill".
        nodes: to whom.
        at_s: when, from the history's first event.
        detection_s: until the clusters first showed that something is amiss by it, and not by a later fault.
        leader_s: until others led or owned what it had.
        redundancy_s: until all backups or all replicas were in place again while it was in force.
        restored_s: from when it began to be undone, until all of them were in place again.
        first_success_s: by kind of operation, until the first success among those that began after the fault.
        latency: by kind of operation, that of "before", "during" (until the fault was undone) and "after".
    """

    fault: str
    nodes: tuple[str, ...]
    at_s: float
    detection_s: float | None
    leader_s: float | None
    redundancy_s: float | None
    restored_s: float | None
    first_success_s: Mapping[str, float]
    latency: Mapping[str, Mapping[str, Latency]]


def recoveries(events: Sequence[Event]) -> tuple[Recovery, ...]:
    """The recovery from each fault of the history, in order. Linear in the history for each."""
    if not events:
        return ()
    history = operations(events)
    nemesis = [event for event in events if event.process == NEMESIS and isinstance(event.value, Mapping)]
    seen = zip(faults(events), sightings(events), strict=True)
    return tuple(_recovery(begin, of_one, nemesis, history, events[0].time) for begin, of_one in seen)


def backlog_s(events: Sequence[Event]) -> float | None:
    """The time in which the backlog of a history was drained, in seconds; None if nobody read what was left."""
    kinds_of_reads = [f for telling in tellings() for f in telling.received]
    return next((seconds for f in kinds_of_reads if (seconds := drained_s(events, f)) is not None), None)


def _recovery(
    begin: Event, seen: Sequence[Sighting], nemesis: Sequence[Event], history: Sequence[Operation], start: int
) -> Recovery:
    ok = [operation for operation in history if operation.outcome == "ok"]
    first: dict[str, float] = {}
    for operation in sorted(ok, key=lambda operation: operation.ended):
        if operation.began > begin.time:
            first.setdefault(operation.f, (operation.ended - begin.time) / _NS)
    for f in [f for telling in tellings() for f in telling.received]:
        first.pop(f, None)
    copies = first_seen(seen, Step.REDUNDANCY)
    return Recovery(
        fault=begin.f,
        nodes=tuple(begin.value["nodes"]),
        at_s=(begin.time - start) / _NS,
        detection_s=_seconds(first_seen(seen, Step.DETECTION)),
        leader_s=_seconds(first_seen(seen, Step.LEADER)),
        redundancy_s=_seconds([each for each in copies if each.restored_s is None]),
        restored_s=_seconds([each for each in copies if each.restored_s is not None]),
        first_success_s=first,
        latency={f: _latencies([o for o in ok if o.f == f], begin.time, undone(begin, nemesis)) for f in first},
    )


def _seconds(seen: Sequence[Sighting]) -> float | None:
    return seen[0].took_s if seen else None


def _latencies(ok: Sequence[Operation], fault: int, undone: int) -> Mapping[str, Latency]:
    phases: dict[str, list[int]] = {"before": [], "during": [], "after": []}
    for operation in ok:
        phase = "before" if operation.ended < fault else "during" if operation.began < undone else "after"
        phases[phase].append(operation.ended - operation.began)
    return {phase: _latency(times_ns) for phase, times_ns in phases.items() if times_ns}


def _latency(times_ns: Sequence[int]) -> Latency:
    p50, p99, longest = quantiles_s(times_ns, (0.5, 0.99, 1.0))
    return Latency(p50, p99, longest, len(times_ns))
