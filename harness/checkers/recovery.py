"""Recovery: what follows a fault is seen within a budget, and so is the end of the backlog that it left.

It judges what a scenario waited for: an effect says which step it shows, and how long after its fault it was seen. How
long nobody was answered with success, `availability` judges. Linear in the events for each fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.checkers.shapes import Seconds
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import NEMESIS, UNDO, Event, faults, in_words, operations, undone
from harness.steps import Step, shown_before_it_was_said

_NS = 1e9
#: An effect says in whole milliseconds how long after its fault it was seen.
_ROUNDED_NS = 1_000_000
#: What the events of a fault, of its undoing, and of its effects have.
_OF_FAULTS = {"phase", "after_s"}
#: By step the name of what is wrong if it comes too late, and what had not been seen by then.
_LATE: Mapping[Step, tuple[str, str]] = {
    Step.DETECTION: ("detected too late", "nobody showed anything of it"),
    Step.LEADER: ("taken over too late", "no other node led or owned what it had"),
    Step.REDUNDANCY: ("redundant too late", "not every copy was in place"),
}


@dataclass(frozen=True)
class Sighting:
    """An effect of a fault, as it was seen.

    Attributes:
        step: what it shows.
        seconds: how long after the fault; if it was seen once that was being undone, how long after that began.
        restored: whether it was.
    """

    step: Step
    seconds: float
    restored: bool


def sightings(events: Sequence[Event]) -> Sequence[Sequence[Sighting]]:
    """The effects that were seen of each fault, in order, each of the last fault that had begun so long before it."""
    begun = faults(events)
    seen: list[list[Sighting]] = [[] for _ in begun]
    ends = [undone(fault, events) for fault in begun]
    for event in events:
        if (step := _shown(event)) is None:
            continue
        injected = event.time - event.value["after_s"] * _NS + _ROUNDED_NS
        of = [n for n, fault in enumerate(begun) if fault.index < event.index and fault.time <= injected]
        if of:
            restored = ends[of[-1]] <= event.time
            since = ends[of[-1]] if restored else begun[of[-1]].time
            seen[of[-1]].append(Sighting(step, (event.time - since) / _NS, restored))
    return seen


@checker
def check(events: Sequence[Event], *, step: Literal["detection", "leader", "redundancy"], within_s: Seconds) -> Verdict:
    """Judges how long after each fault a step was first seen: its detection, another leader or owner, all copies.

    All copies may be in place once while it is in force, among those that are left, and have to be again when it is
    undone; that is counted from when the undoing begins. Unknown without a fault, or if of one it was not waited for.

    Args:
        events: the history.
        step: what has to follow.
        within_s: the budget, in seconds.
    """
    wanted, begun = Step(step), faults(events)
    firsts = [first_seen(of_one, wanted) for of_one in sightings(events)]
    late = [
        Anomaly(_LATE[wanted][0], _sentence(wanted, fault, sighting, within_s))
        for fault, of_one in zip(begun, firsts, strict=True)
        for sighting in of_one
        if sighting.seconds > within_s
    ]
    longest = max((sighting.seconds for of_one in firsts for sighting in of_one), default=0.0)
    figures = {f"longest_{step}_s": round(longest, 2), f"{step}_budget_s": round(within_s, 2)}
    if not late and not begun:
        return unknown("nothing was broken, so there is nothing to recover from", figures)
    if not late and (unseen := [in_words(fault) for fault, of_one in zip(begun, firsts, strict=True) if not of_one]):
        return unknown(f"nobody waited for what shows the {step} after {unseen[0]}", figures)
    return Verdict.of(late, figures)


def first_seen(of_one: Sequence[Sighting], step: Step) -> Sequence[Sighting]:
    """The sightings of one fault that count for a step: the first, and of all copies the first once it was undone, too.

    What shows another leader shows that the loss was noticed. That all copies are in place does not: it may be so
    because nobody noticed anything.
    """
    if step is Step.REDUNDANCY:
        phases = [[each for each in of_one if each.step is step and each.restored is phase] for phase in (False, True)]
        return [phase[0] for phase in phases if phase]
    fitting = [each for each in of_one if each.step is step or (step, each.step) == (Step.DETECTION, Step.LEADER)]
    return fitting[:1]


@checker
def drained(events: Sequence[Event], *, f: str, within_s: Seconds) -> Verdict:
    """Judges how long it took to read all that was left once nothing was broken or asked any more (`drained_s`).

    Unknown if no final read succeeded.

    Args:
        events: the history.
        f: which kind of operation the final read is.
        within_s: the budget, in seconds.
    """
    took_s = drained_s(events, f)
    if took_s is None:
        return unknown(f"no {f} succeeded after the last fault, so nobody knows whether anything is left")
    figures = {"drained_s": round(took_s, 2), "drained_budget_s": round(within_s, 2)}
    sentence = f"the {f} that found all read was over after {took_s:.2f} s; {within_s:.2f} s are allowed"
    return Verdict.of([Anomaly("drained too late", sentence)] if took_s > within_s else [], figures)


def drained_s(events: Sequence[Event], f: str) -> float | None:
    """The time until the first final read after the last fault was over, in seconds; None without one.

    It is counted from the last moment at which something else happened: a fault was injected or undone, an effect was
    seen, or an operation of another kind ended.
    """
    history = operations(events)
    last = max((fault.index for fault in faults(events)), default=-1)
    read = [each for each in history if each.f == f and each.outcome == "ok" and each.invoke.index > last]
    if not read:
        return None
    first = min(read, key=lambda each: each.ended)
    moments = [event.time for event in events if _is_of_a_fault(event) and event.index < first.invoke.index]
    moments += [each.ended for each in history if each.f != f and each.ended <= first.began]
    return (first.ended - max(moments, default=first.began)) / _NS


def _is_of_a_fault(event: Event) -> bool:
    return (
        event.process == NEMESIS and isinstance(event.value, Mapping) and not event.value.keys().isdisjoint(_OF_FAULTS)
    )


def _shown(event: Event) -> Step | None:
    """The step that an event shows; None if it is no effect."""
    if event.process != NEMESIS or not isinstance(event.value, Mapping) or "after_s" not in event.value:
        return None
    said = event.value.get("shows")
    return Step(said) if said else shown_before_it_was_said(event.f)


def _sentence(step: Step, fault: Event, sighting: Sighting, within_s: float) -> str:
    since = f"the {UNDO}{in_words(fault)} began" if sighting.restored else f"the {in_words(fault)}"
    return f"{_LATE[step][1]} until {sighting.seconds:.2f} s after {since}; {within_s:.2f} s are allowed"
