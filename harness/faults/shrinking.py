"""Shrinks a plan: finds smaller ones that still fail. Whether one fails is asked of somebody else.

First acts are left out (delta debugging: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input",
IEEE Transactions on Software Engineering 28(2), 2002, algorithm ddmin), then those that are left are made shorter, and
come sooner. What fails now and then only is run several times, or a smaller plan would be taken for a harmless one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from harness.faults.plan import Act, Plan

#: Whether a plan fails; it may raise to end the search.
Fails = Callable[[Plan], bool]
#: No fault is made shorter than this, in seconds, and none comes sooner after the one before it, or the beginning.
_SHORTEST_S = 1.0
#: How likely a plan that fails as often as the first one may be taken for a harmless one.
_MISSED = 0.05


def runs_for(failed: int, runs: int) -> int:
    """How often a plan has to be run that fails as often as so many of so many runs, or it might be missed.

    Args:
        failed: how many of the runs failed, at least one.
        runs: how many there were.
    """
    rate = failed / runs
    return 1 if rate == 1 else math.ceil(math.log(_MISSED) / math.log(1 - rate))


def shrunk(plan: Plan, fails: Fails) -> Iterator[Plan]:
    """Ever smaller plans that fail, beginning with less than `plan`, which does; none if nothing smaller does."""
    smallest = plan
    for step in (_fewer, _shorter, _sooner):
        for smaller in step(smallest, fails):
            smallest = smaller
            yield smallest


def _fewer(plan: Plan, fails: Fails) -> Iterator[Plan]:
    """Leaves out as many acts as it can, first halves of them, then smaller parts."""
    acts, parts = plan.acts, 2
    while len(acts) > 1:
        size = math.ceil(len(acts) / parts)
        cut = [acts[at : at + size] for at in range(0, len(acts), size)]
        candidates = [*cut, *(_without(cut, each) for each in cut)] if parts == 2 else [_without(cut, e) for e in cut]
        failing = next((each for each in candidates if each and fails(_of(plan, each))), None)
        if failing is not None:
            acts, parts = failing, max(2, parts - 1) if len(failing) > size else 2
            yield _of(plan, acts)
        elif size == 1:
            return
        else:
            parts = min(2 * parts, len(acts))


def _without(parts: Sequence[tuple[Act, ...]], left_out: tuple[Act, ...]) -> tuple[Act, ...]:
    return tuple(act for part in parts if part is not left_out for act in part)


def _shorter(plan: Plan, fails: Fails) -> Iterator[Plan]:
    """Halves the time for which each act lasts, as often as it can."""
    for place in range(len(plan.acts)):
        while (act := plan.acts[place]).lasting_s > _SHORTEST_S:
            less = replace(act, lasting_s=round(max(_SHORTEST_S, act.lasting_s / 2), 1))
            candidate = _of(plan, (*plan.acts[:place], less, *plan.acts[place + 1 :]))
            if not fails(candidate):
                break
            plan = candidate
            yield plan


def _sooner(plan: Plan, fails: Fails) -> Iterator[Plan]:
    """Has every act come as soon as it can, and the plan end with the last of them."""
    at_s, acts = _SHORTEST_S, []
    for act in plan.acts:
        acts.append(replace(act, at_s=round(at_s, 1)))
        at_s += act.lasting_s + _SHORTEST_S
    candidate = Plan(tuple(acts), round(at_s, 1))
    if candidate.duration_s < plan.duration_s and fails(candidate):
        yield candidate


def _of(plan: Plan, acts: tuple[Act, ...]) -> Plan:
    """The plan with these acts alone; it is none of its seed any more."""
    return Plan(acts, plan.duration_s)
