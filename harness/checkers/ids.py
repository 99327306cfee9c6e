"""Ids: no two acknowledged ids are the same.

Operation: `generate` ok: the id. After Jepsen (checker.clj, `unique-ids`). Linear in the history.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.verdict import Anomaly, Verdict, judged, unknown
from harness.events import Event, Operation, operations


def check(events: Sequence[Event]) -> Verdict:
    """Judges the acknowledged ids. Unknown without one."""
    first: dict[object, Operation] = {}
    again: dict[object, list[Operation]] = {}
    for operation in operations(events):
        if operation.f == "generate" and operation.outcome == "ok":
            id_ = operation.value
            if first.setdefault(id_, operation) is not operation:
                again.setdefault(id_, [first[id_]]).append(operation)
    if not first:
        return unknown("no id was generated")
    found = [
        Anomaly("duplicated", f"id {id_} was given out {len(given)} times", tuple(given))
        for id_, given in again.items()
    ]
    return judged(found, {"ids": len(first), "duplicated": len(found)})
