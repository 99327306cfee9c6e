"""What a verdict says, in full: for tests of the words, and of the operations that they are about."""

from __future__ import annotations

from typing import Any

from harness.checkers import Verdict
from harness.events import Event, Type


def said(verdict: Verdict) -> list[tuple[str, str, list[int]]]:
    """Each anomaly: its name, its sentence, and its operations by the indices of their invocations."""
    return [(each.name, each.sentence, [o.invoke.index for o in each.operations]) for each in verdict.anomalies]


def unknown(reason: str) -> list[tuple[str, str, list[int]]]:
    """What is said where nothing can be said."""
    return [("unknown", reason, [])]


def one_after_another(*done: tuple[str, Any, Type, Any]) -> tuple[Event, ...]:
    """Operations (kind, value, outcome, its value), each over before the next begins; number n begins at index 2n."""
    events = []
    for number, (f, asked, outcome, answer) in enumerate(done):
        events.append(Event(2 * number, number, "invoke", f, asked, 2 * number * 10**9))
        events.append(Event(2 * number + 1, number, outcome, f, answer, (2 * number + 1) * 10**9))
    return tuple(events)
