"""Ids: no two acknowledged ids are the same.

Operation: `generate` ok: the id (a JSON scalar, told apart by `harness.checkers.identity`). After Jepsen (checker.clj,
`unique-ids`). Linear in the history.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from harness.checkers.identity import identity
from harness.checkers.shapes import IDS, judging
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import Event, Operation, operations


@checker
@judging(IDS)
def check(events: Sequence[Event]) -> Verdict:
    """Judges all acknowledged ids. Unknown without one."""
    given: dict[Hashable, list[Operation]] = {}
    for operation in operations(events):
        if operation.f == "generate" and operation.outcome == "ok":
            given.setdefault(identity(operation.value), []).append(operation)
    if not given:
        return unknown("no id was generated")
    anomalies = [
        Anomaly("duplicated", f"id {times[0].value} was given out {len(times)} times", tuple(times))
        for times in given.values()
        if len(times) > 1
    ]
    return Verdict.of(anomalies, {"ids": len(given), "duplicated": len(anomalies)})
