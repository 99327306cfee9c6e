"""Recovery against its definition, of small histories of faults, their undoing, and what was seen of them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from harness.checkers import Validity, recovery
from harness.events import NEMESIS, Event
from harness.steps import Step
from tests.checkers.small import compare

S = 1_000_000_000
BUDGET_S = 4


def made(chance: random.Random) -> tuple[Event, ...]:
    """Up to three faults, each of a node of its own, some of which are undone, and effects of any of them."""
    at, rows = 0, []
    begun: list[tuple[str, int]] = []
    undone: set[str] = set()
    for _ in range(chance.randint(1, 8)):
        at += chance.choice([0, 1, 1, 2, 5])
        left = [node for node, _ in begun if node not in undone]
        what = chance.choice(["kill", "seen", "seen", "seen", "undo-kill"])
        value: Any = {"nodes": [f"node-{len(begun)}"], "phase": "begin"}
        if what == "kill" and len(begun) < 3 and all(at > since for _, since in begun):
            begun.append((value["nodes"][0], at))
        elif what == "undo-kill" and left:
            value["nodes"] = [chance.choice(left)]
            undone.add(value["nodes"][0])
        elif what == "seen" and begun:
            value = {"after_s": float(at - chance.choice(begun)[1]), "shows": chance.choice(list(Step)).value}
        else:
            continue
        rows.append((at, what, value))
    return tuple(Event(i, NEMESIS, "info", f, value, when * S) for i, (when, f, value) in enumerate(rows))


def defined(events: tuple[Event, ...], step: Step) -> Validity:
    """As the docstring of `recovery.check` has it."""
    begun = [event for event in events if event.f == "kill"]
    fitting = {step} | ({Step.LEADER} if step is Step.DETECTION else set())
    unseen, late = not begun, False
    for fault in begun:
        undone = [event for event in events if event.f == "undo-kill" and event.value["nodes"] == fault.value["nodes"]]
        seen = [
            event
            for event in events
            if event.f == "seen" and event.value["shows"] in fitting and event.value["after_s"] == _since(event, fault)
        ]
        phases = [(seen, fault)]
        if undone and step is Step.REDUNDANCY:
            after = [event for event in seen if event.time >= undone[0].time]
            phases = [([event for event in seen if event not in after], fault), (after, undone[0])]
        late |= any(_since(phase[0], since) > BUDGET_S for phase, since in phases if phase)
        unseen |= not phases[-1][0]
    return Validity.INVALID if late else Validity.UNKNOWN if unseen else Validity.VALID


def _since(event: Event, other: Event) -> float:
    return (event.time - other.time) / S


@pytest.mark.parametrize("step", list(Step))
def test_recovery_is_as_defined_for_every_small_history(step: Step) -> None:
    compare(
        made,
        lambda events: recovery.check(events, step=step.value, within_s=BUDGET_S),
        lambda events: defined(events, step),
        kinds=3,
    )
