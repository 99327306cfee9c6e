"""What a fault cost, from a history: how long nothing succeeded, and when things came back. Times in seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.checkers.availability import longest_unavailability_s
from harness.checkers.quantiles import quantiles_s
from harness.events import NEMESIS, Event, Operation, faults, operations, undone
from harness.telling import tellings

_NS = 1e9
#: An effect says in whole milliseconds how long after its fault it was seen.
_ROUNDED_NS = 1_000_000


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
        leader_s: until every partition had a new leader.
        redundancy_s: until all backups or all replicas were in place again.
        first_success_s: by kind of operation, until the first success among those that began after the fault.
        drained_s: until the final read of every consumer.
        latency: by kind of operation, that of "before", "during" (until the fault was undone) and "after".
    """

    fault: str
    nodes: tuple[str, ...]
    at_s: float
    detection_s: float | None
    leader_s: float | None
    redundancy_s: float | None
    first_success_s: Mapping[str, float]
    drained_s: float | None
    latency: Mapping[str, Mapping[str, Latency]]


def recoveries(events: Sequence[Event]) -> tuple[Recovery, ...]:
    """The recovery from each fault of the history, in order. Linear in the history for each."""
    if not events:
        return ()
    history = operations(events)
    nemesis = [event for event in events if event.process == NEMESIS and isinstance(event.value, Mapping)]
    begun = faults(events)
    effects: dict[int, list[Event]] = {begin.index: [] for begin in begun}
    for event in nemesis:
        if "after_s" in event.value and (fault := _fault_of(event, begun)):
            effects[fault.index].append(event)
    return tuple(_recovery(begin, effects[begin.index], nemesis, history, events[0].time) for begin in begun)


def _fault_of(effect: Event, begun: Sequence[Event]) -> Event | None:
    """The fault that an effect was seen of: the last one that had begun so long before it."""
    injected = effect.time - effect.value["after_s"] * _NS + _ROUNDED_NS
    return next((begin for begin in reversed(begun) if begin.index < effect.index and begin.time <= injected), None)


def _recovery(
    begin: Event, effects: Sequence[Event], nemesis: Sequence[Event], history: Sequence[Operation], start: int
) -> Recovery:
    ok = [operation for operation in history if operation.outcome == "ok"]
    first: dict[str, float] = {}
    for operation in sorted(ok, key=lambda operation: operation.ended):
        if operation.began > begin.time:
            first.setdefault(operation.f, (operation.ended - begin.time) / _NS)
    redundant = {name for telling in tellings() for name in telling.redundant}
    drained = [first.pop(f) for telling in tellings() for f in telling.received if f in first]
    return Recovery(
        fault=begin.f,
        nodes=tuple(begin.value["nodes"]),
        at_s=(begin.time - start) / _NS,
        # That all copies are in place may be so because nobody noticed anything.
        detection_s=_first(effects, {event.f for event in effects} - redundant, begin),
        leader_s=_first(effects, {name for telling in tellings() for name in telling.led}, begin),
        redundancy_s=_first(effects, redundant, begin),
        first_success_s=first,
        drained_s=min(drained, default=None),
        latency={f: _latencies([o for o in ok if o.f == f], begin.time, undone(begin, nemesis)) for f in first},
    )


def _first(effects: Sequence[Event], names: set[str], begin: Event) -> float | None:
    return next(((event.time - begin.time) / _NS for event in effects if event.f in names), None)


def _latencies(ok: Sequence[Operation], fault: int, undone: int) -> Mapping[str, Latency]:
    phases: dict[str, list[int]] = {"before": [], "during": [], "after": []}
    for operation in ok:
        phase = "before" if operation.ended < fault else "during" if operation.began < undone else "after"
        phases[phase].append(operation.ended - operation.began)
    return {phase: _latency(times_ns) for phase, times_ns in phases.items() if times_ns}


def _latency(times_ns: Sequence[int]) -> Latency:
    p50, p99, longest = quantiles_s(times_ns, (0.5, 0.99, 1.0))
    return Latency(p50, p99, longest, len(times_ns))
