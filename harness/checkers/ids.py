"""Ids: no two acknowledged ids are the same.

Operation: `generate` ok: the id. After Jepsen (checker.clj, `unique-ids`). Linear in the history.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.verdict import Anomaly, Verdict, judged, unknown
from harness.events import Event, Operation, operations


def check(events: Sequence[Event]) -> Verdict:
    """Judges the acknowledged ids. Unknown without one."""
    by_id: dict[object, list[Operation]] = {}
    for operation in operations(events):
        if operation.f == "generate" and operation.outcome == "ok":
            by_id.setdefault(operation.value, []).append(operation)
    if not by_id:
        return unknown("no id was generated")
    found = [
        Anomaly("duplicated", f"id {id_} was given out {len(given)} times", tuple(given))
        for id_, given in by_id.items()
        if len(given) > 1
    ]
    return judged(found, {"ids": len(by_id), "duplicated": len(found)})
