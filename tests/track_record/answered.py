"""Answered: whoever asked was told what became of it, be it that nobody knows. Linear in the history."""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import Event, operations


@checker
def check(events: Sequence[Event], *, f: str) -> Verdict:
    """Judges every operation of a kind: one without any completion is unanswered. Unknown without such operations.

    Args:
        events: the history, which has to end long after the last operation began.
        f: which kind of operation.
    """
    asked = [operation for operation in operations(events) if operation.f == f]
    if not asked:
        return unknown(f"there was no {f}")
    open_ones = tuple(operation for operation in asked if operation.completion is None)
    sentence = f"{len(open_ones)} of {len(asked)} {f}s ended neither with success nor with an error"
    return Verdict.of([Anomaly("unanswered", sentence, open_ones)] if open_ones else [], {"asked": len(asked)})
