"""The times of recovery of a scenario, each beside what the settings imply and what the last runs took.

What a figure means is in docs/recovery.md. Not for judging: `harness.checkers.availability` has the budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from harness.bounds import Bound, Step, bounds_of, detectors_of
from harness.events import Events
from harness.recovery import Recovery, kinds, recoveries
from harness.report.grid import Table
from harness.telling import Line, request_of

_HEADS = ("time", "this run", "bound", "the bound is", "median of the last runs", "largest", "runs")
_NONE = "none"


@dataclass(frozen=True)
class Time:
    """One time of recovery.

    Attributes:
        name: the same in each run of a scenario: the fault by its number, as it may hit another node.
        seconds: how long it took.
        bound: what the settings imply; None where nobody says anything of it.
        bound_s: that in seconds; None if nothing bounds it.
    """

    name: str
    seconds: float
    bound: Bound | None = None
    bound_s: float | None = None


def times(events: Events) -> Sequence[Time]:
    """The times of recovery of a history that are known, in the order of its faults; none without a fault."""
    detectors = detectors_of(events)
    found: list[Time] = []
    for number, (recovery, bounds) in enumerate(zip(recoveries(events), bounds_of(events), strict=True), start=1):
        for name, step, seconds in _steps(recovery):
            if seconds is not None:
                bound = bounds.get(step) if step else None
                bound_s = bound.seconds(detectors) if bound else None
                found.append(Time(f"{number}. {recovery.fault}: {name}", seconds, bound, bound_s))
    if found:
        found += [
            Time(f"{kind.f}: longest time without a success", kind.unavailable_s)
            for kind in kinds(events)
            if request_of(kind.f)
        ]
    return found


def _steps(recovery: Recovery) -> Iterator[tuple[str, Step | None, float | None]]:
    yield "detected", Step.DETECTION, recovery.detection_s
    yield "new leaders", Step.LEADER, recovery.leader_s
    yield "full redundancy", Step.REDUNDANCY, recovery.redundancy_s
    for f, seconds in recovery.first_success_s.items():
        if request_of(f):
            yield f"first {f} acknowledged", None, seconds
    yield "backlog drained", None, recovery.drained_s


def tables(found: Sequence[Time], past: Sequence[Mapping[str, float]] = ()) -> Sequence[Table]:
    """The table of these times; none without any.

    Args:
        found: the times.
        past: those of the last runs of the same scenario, each by their names in seconds.
    """
    rows = [(each.name, f"{each.seconds:.2f} s", *_bound(each), *_past(each.name, past)) for each in found]
    return (Table("Times of recovery", _HEADS, rows),) if rows else ()


def lines(found: Sequence[Time], past: Sequence[Mapping[str, float]] = ()) -> Iterator[Line]:
    """A line for each of these times that is bounded, or that earlier runs had as well."""
    for each in found:
        bound, _ = _bound(each)
        middle, largest, runs = _past(each.name, past)
        beside = [f"bound {bound}"] if each.bound else []
        beside += [f"last runs: {runs}, median {middle}, largest {largest}"] if runs else []
        if beside:
            yield Line(f"  {each.name} after {each.seconds:.2f} s ({'; '.join(beside)})")


def _bound(time: Time) -> tuple[str, str]:
    if not time.bound:
        return "", ""
    if time.bound_s is None:
        return _NONE, time.bound.because
    return f"{time.bound_s:.2f} s", f"{time.bound.words}: {time.bound.because} ({time.bound.source})"


def _past(name: str, past: Sequence[Mapping[str, float]]) -> tuple[str, str, str]:
    """The median and the largest of what the last runs took, and how many those were."""
    took = [run[name] for run in past if name in run]
    return (f"{median(took):.2f} s", f"{max(took):.2f} s", f"{len(took)}") if took else ("", "", "")
