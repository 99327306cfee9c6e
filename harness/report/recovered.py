"""The times of recovery of a scenario, each beside what the settings imply, the budget, and the last runs.

What a figure means is in docs/recovery.md. Not for judging: `harness.checkers.availability` and `recovery` do that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from harness.bounds import Bound, bounds_of, detectors_of
from harness.checks import recorded
from harness.events import Events
from harness.recovery import Recovery, backlog_s, kinds, recoveries
from harness.report.grid import Table
from harness.steps import Step
from harness.telling import Line, request_of

_HEADS = ("time", "this run", "bound", "budget", "the bound is", "median of the last runs", "largest", "runs")
_NONE = "none"
#: The checkers that a budget is given to: of the steps that follow a fault, of answers, of the backlog.
_STEPS, _ANSWERS, _BACKLOG = "recovery.check", "availability.check", "recovery.drained"
_DRAINED = "drained"


@dataclass(frozen=True)
class Time:
    """One time of recovery.

    Attributes:
        name: the same in each run of a scenario: the fault by its number, as it may hit another node.
        seconds: how long it took.
        bound: what the settings imply; None where nobody says anything of it.
        bound_s: that in seconds; None if nothing bounds it.
        budget_s: what the scenario allows; None where it demands nothing of it.
        note: which settings of the bound are not as declared, or were not read back.
    """

    name: str
    seconds: float
    bound: Bound | None = None
    bound_s: float | None = None
    budget_s: float | None = None
    note: str = ""


def times(events: Events) -> Sequence[Time]:
    """The times of recovery of a history that are known, in the order of its faults; none without a fault."""
    detectors, budgets = detectors_of(events), _budgets(events)
    found: list[Time] = []
    for number, (recovery, bounds) in enumerate(zip(recoveries(events), bounds_of(events), strict=True), start=1):
        for name, step, seconds in _steps(recovery):
            if seconds is not None:
                bound = bounds.get(step) if step else None
                bound_s = bound.seconds(detectors.in_force) if bound else None
                note = detectors.note(bound) if bound else ""
                budget_s = budgets.get(step) if step else None
                found.append(Time(f"{number}. {recovery.fault}: {name}", seconds, bound, bound_s, budget_s, note))
    if found:
        found += [
            Time(f"{kind.f}: longest time without a success", kind.unavailable_s, budget_s=budgets.get(kind.f))
            for kind in kinds(events)
            if request_of(kind.f) or kind.f in budgets
        ]
        if (drained_s := backlog_s(events)) is not None:
            found.append(Time("backlog drained", drained_s, budget_s=budgets.get(_DRAINED)))
    return found


def _budgets(events: Events) -> Mapping[str, float]:
    """The budgets that a history's demands allow: by the step, the kind of operation, or the word for the backlog."""
    budgets: dict[str, float] = {}
    for _, check in recorded(events):
        said = {_STEPS: check.arguments.get("step"), _ANSWERS: check.arguments.get("f"), _BACKLOG: _DRAINED}
        what, within_s = said.get(check.checker), check.arguments.get("within_s")
        if isinstance(what, str) and isinstance(within_s, int | float):
            budgets[what] = min(within_s, budgets.get(what, within_s))
    return budgets


def _steps(recovery: Recovery) -> Iterator[tuple[str, Step | None, float | None]]:
    yield "detected", Step.DETECTION, recovery.detection_s
    yield "new leaders or owners", Step.LEADER, recovery.leader_s
    yield "full redundancy", Step.REDUNDANCY, recovery.redundancy_s
    yield "full redundancy once undone", Step.REDUNDANCY, recovery.restored_s
    for f, seconds in recovery.first_success_s.items():
        if request_of(f):
            yield f"first {f} acknowledged", None, seconds


def tables(found: Sequence[Time], past: Sequence[Mapping[str, float]] = ()) -> Sequence[Table]:
    """The table of these times; none without any.

    Args:
        found: the times.
        past: those of the last runs of the same scenario, each by their names in seconds.
    """
    rows = [_row(each, past) for each in found]
    return (Table("Times of recovery", _HEADS, rows),) if rows else ()


def lines(found: Sequence[Time], past: Sequence[Mapping[str, float]] = ()) -> Iterator[Line]:
    """A line for each of these times that is bounded, has a budget, or that earlier runs had as well."""
    for each in found:
        bound, _ = _bound(each)
        middle, largest, runs = _past(each.name, past)
        beside = [f"bound {bound}"] if each.bound else []
        beside += [f"budget {_budget(each)}"] if each.budget_s is not None else []
        beside += [f"last runs: {runs}, median {middle}, largest {largest}"] if runs else []
        if beside:
            yield Line(f"  {each.name} after {each.seconds:.2f} s ({'; '.join(beside)})")


def _row(time: Time, past: Sequence[Mapping[str, float]]) -> Sequence[str]:
    bound, words = _bound(time)
    return (time.name, f"{time.seconds:.2f} s", bound, _budget(time), words, *_past(time.name, past))


def _budget(time: Time) -> str:
    return "" if time.budget_s is None else f"{time.budget_s:.2f} s"


def _bound(time: Time) -> tuple[str, str]:
    if not time.bound:
        return "", ""
    if time.bound_s is None:
        return _NONE, time.bound.because
    note = f"; {time.note}" if time.note else ""
    return f"{time.bound_s:.2f} s", f"{time.bound.words}: {time.bound.because} ({time.bound.source}){note}"


def _past(name: str, past: Sequence[Mapping[str, float]]) -> tuple[str, str, str]:
    """The median and the largest of what the last runs took, and how many those were."""
    took = [run[name] for run in past if name in run]
    return (f"{median(took):.2f} s", f"{max(took):.2f} s", f"{len(took)}") if took else ("", "", "")
