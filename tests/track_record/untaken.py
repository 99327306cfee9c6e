"""Untaken: a member of a group has the share that the broker says it has. Linear in the history.

Operations: `share` of {"of": a group of one member}, ok with what the "broker" and the "client" say is its share, too,
both as lists of partitions.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import Event, operations

SHARE = "share"


@checker
def check(events: Sequence[Event]) -> Verdict:
    """Judges every share that the broker says a member has. Unknown if it says so of none."""
    shares = [each for each in operations(events) if each.f == SHARE and each.outcome == "ok"]
    given = [each for each in shares if each.value["broker"]]
    if not given:
        return unknown("the broker gave no member a share")
    untaken = [each for each in given if not set(each.value["broker"]) <= set(each.value["client"])]
    anomalies = [
        Anomaly("untaken", f"of {each.value['broker']} {each.value['of']} has {each.value['client']}", (each,))
        for each in untaken
    ]
    return Verdict.of(anomalies, {"members": len(given), "untaken": len(untaken)})
