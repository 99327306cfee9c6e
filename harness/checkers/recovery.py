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
from harness.events import NEMESIS, NEVER, UNDO, Event, faults, in_words, operations, undone
from harness.steps import Step, shown_before_it_was_said

_NS = 1e9
#: An effect says in whole milliseconds how long after its fault it was seen.
_ROUNDED_NS = 1_000_000
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
        seconds: how long after the fault.
        restored_s: how long after the fault began to be undone; None if it was seen before.
    """

    step: Step
    seconds: float
    restored_s: float | None = None

    @property
    def took_s(self) -> float:
        """The time that its step took: all copies are in place again from when the node comes back."""
        if self.step is Step.REDUNDANCY and self.restored_s is not None:
            return self.restored_s
        return self.seconds


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
            restored_s = (event.time - ends[of[-1]]) / _NS
            since_s = (event.time - begun[of[-1]].time) / _NS
            seen[of[-1]].append(Sighting(step, since_s, restored_s if restored_s >= 0 else None))
    return seen


@checker
def check(events: Sequence[Event], *, step: Literal["detection", "leader", "redundancy"], within_s: Seconds) -> Verdict:
    """Judges how long after each fault a step was first seen: its detection, another leader or owner, all copies.

    All copies may be in place once while it is in force, among those that are left, and have to be when it was undone;
    that is counted from when the undoing began. Unknown without a fault, or if of one it was not waited for.

    Args:
        events: the history.
        step: what has to follow.
        within_s: the budget, in seconds.
    """
    of_each = zip(faults(events), sightings(events), strict=True)
    wanted = Step(step)
    firsts = [(fault, first_seen(of_one, wanted)) for fault, of_one in of_each]
    late = [
        Anomaly(_LATE[wanted][0], _sentence(fault, sighting, wanted, within_s))
        for fault, of_one in firsts
        for sighting in of_one
        if sighting.took_s > within_s
    ]
    longest = max((sighting.took_s for _, of_one in firsts for sighting in of_one), default=0.0)
    figures = {f"longest_{step}_s": round(longest, 2), f"{step}_budget_s": round(within_s, 2)}
    if not late and (why := _unseen(events, firsts, wanted)):
        return unknown(why, figures)
    return Verdict.of(late, figures)


def _unseen(events: Sequence[Event], firsts: Sequence[tuple[Event, Sequence[Sighting]]], step: Step) -> str:
    """Why the history doesn't show when a step followed each fault; empty if it does."""
    if not firsts:
        return "nothing was broken, so there is nothing to recover from"
    for fault, seen in firsts:
        if not seen:
            return f"nobody waited for what shows the {step} after {in_words(fault)}"
        if step is Step.REDUNDANCY and undone(fault, events) != NEVER and seen[-1].restored_s is None:
            return f"nobody waited for what shows the {step} after {UNDO}{in_words(fault)}"
    return ""


def first_seen(of_one: Sequence[Sighting], step: Step) -> Sequence[Sighting]:
    """The sightings of one fault that count for a step: the first, and of all copies the first once it was undone, too.

    What shows another leader shows that the loss was noticed. That all copies are in place does not: it may be so
    because nobody noticed anything.
    """
    if step is Step.REDUNDANCY:
        all_copies = [each for each in of_one if each.step is step]
        phases = [[each for each in all_copies if (each.restored_s is None) is in_force] for in_force in (True, False)]
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
    seen, consumers that had started told their settings, or an operation of another kind ended.
    """
    history = operations(events)
    last = max((fault.index for fault in faults(events)), default=-1)
    read = [each for each in history if each.f == f and each.outcome == "ok" and each.invoke.index > last]
    if not read:
        return None
    first = min(read, key=lambda each: each.ended)
    moments = [event.time for event in events if event.process == NEMESIS and event.index < first.invoke.index]
    moments += [each.ended for each in history if each.f != f and each.ended <= first.began]
    return (first.ended - max(moments, default=first.began)) / _NS


def _shown(event: Event) -> Step | None:
    """The step that an event shows; None if it is no effect."""
    if event.process != NEMESIS or not isinstance(event.value, Mapping) or "after_s" not in event.value:
        return None
    said = event.value.get("shows")
    return Step(said) if said else shown_before_it_was_said(event.f)


def _sentence(fault: Event, sighting: Sighting, step: Step, within_s: float) -> str:
    since = f"{in_words(fault)}" if sighting.took_s == sighting.seconds else f"{UNDO}{in_words(fault)} began"
    return f"{_LATE[step][1]} until {sighting.took_s:.2f} s after {since}; {within_s:.2f} s are allowed"
