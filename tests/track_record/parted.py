"""Parted: members that nothing was done to stay in each other's lists. Linear in the history.

Operations: `members` of {"of": a member}, ok with the "list" of those that it lists, too. Event `healthy`: the names of
those that nothing is done to.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import NEMESIS, Event, operations

HEALTHY, MEMBERS = "healthy", "members"


@checker
def check(events: Sequence[Event]) -> Verdict:
    """Judges every list that a healthy member gave. Unknown without one, or if nobody says who is healthy."""
    healthy = next((set(event.value) for event in events if event.process == NEMESIS and event.f == HEALTHY), set())
    lists = [each for each in operations(events) if each.f == MEMBERS and each.outcome == "ok"]
    asked = [each for each in lists if each.value["of"] in healthy]
    if not asked:
        return unknown("no healthy member told whom it lists")
    parted = [each for each in asked if not healthy <= set(each.value["list"])]
    anomalies = [
        Anomaly("parted", f"{each.value['of']}, which is healthy, lists only {', '.join(each.value['list'])}", (each,))
        for each in parted
    ]
    return Verdict.of(anomalies, {"lists": len(asked)})
