"""Counts what a service was in the middle of when it was hit: a scenario that never hit that shows nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from harness.errors import InconclusiveError
from harness.events import Events, answered, done, faults, operations
from harness.history import History

#: By role the events in its log with which the work on a message begins and ends.
_WORK = {"facade": ("logged", "queued"), "logging": ("put", "logged"), "messages": ("taken", "consumed")}


def last_life(log: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The lines of a log since the service last started; all, if it doesn't say that it did."""
    starts = [place for place, line in enumerate(log) if line["event"] == "starting"]
    return log[starts[-1] if starts else 0 :]


def ending_s(log: Sequence[Mapping[str, Any]]) -> float | None:
    """How long a service took to end from the signal on, in seconds, by its own log; None if that says nothing of it.

    An engine that has much to do brings the signal late, and tells of the end late.
    """
    at = {line["event"]: line["time"] for line in last_life(log)}
    if not {"stopping", "stopped"} <= at.keys():
        return None
    return (datetime.fromisoformat(at["stopped"]) - datetime.fromisoformat(at["stopping"])).total_seconds()


def under_way(role: str, log: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """The ids of the messages that a service of this role had begun to work on and not finished, by its log.

    Of its last life: what an earlier one left is not what this one is at.
    """
    begins, ends = _WORK[role]
    open_: dict[str, None] = {}
    for line in last_life(log):
        if line["event"] == begins:
            open_[line["id"]] = None
        elif line["event"] == ends:
            open_.pop(line["id"], None)
    return list(open_)


def not_committed(log: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The ids of the messages that a messages instance had kept when it could not commit them, by its log.

    It works in steps: it takes some, keeps them, commits; what it takes next begins another step.
    """
    kept: set[str] = set()
    pending: set[str] = set()
    step_over = False
    for line in log:
        if line["event"] == "taken" and step_over:
            kept, step_over = set(), False
        elif line["event"] == "consumed":
            kept.add(line["id"])
            step_over = True
        elif line["event"] == "not committed":
            pending |= kept
    return frozenset(pending)


def in_flight(events: Events) -> Sequence[int]:
    """How many posts each fault met, in the order of the faults: those that were under way while it was done.

    A fault bites between the events of its begin and its end, and nobody knows when. So a post counts that was sent
    before the end and was not answered before the begin. Of 180 faults in whole runs one met none; of those that are
    open at the begin alone a third met none, which would leave too much to chance.
    """
    posts = [operation for operation in operations(events) if operation.f == "post"]
    spans = [(fault.index, done(fault, events).index) for fault in faults(events)]
    return [sum(post.invoke.index < end and begin < answered(post) for post in posts) for begin, end in spans]


def demand_moments(history: History, what: str, hits: Sequence[int]) -> None:
    """Records how many messages each fault met at that moment.

    Raises:
        InconclusiveError: none met any.
    """
    history.event("moments", {"what": what, "messages": list(hits)})
    if not any(hits):
        raise InconclusiveError(
            f"none of {len(hits)} faults met a message that was {what}, so they showed nothing of it"
        )


def demand_in_flight(history: History) -> None:
    """Records how many posts were under way while each fault was done.

    Raises:
        InconclusiveError: none met any. Of each fault that would be too much to ask: see `in_flight`.
    """
    demand_moments(history, "posted and not answered", in_flight(history.events))
