"""Counts what a service was in the middle of when it was hit: a scenario that never hit that shows nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import InconclusiveError
from harness.history import History

#: By role the events in its log with which the work on a message begins and ends.
_WORK = {"facade": ("logged", "queued"), "logging": ("put", "logged"), "messages": ("taken", "consumed")}


def last_life(log: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The lines of a log since the service last started; all, if it doesn't say that it did."""
    starts = [place for place, line in enumerate(log) if line["event"] == "starting"]
    return log[starts[-1] if starts else 0 :]


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


def demand_moments(history: History, what: str, hits: Sequence[int]) -> None:
    """Records how many messages each fault met at that moment.

    Raises:
        InconclusiveError: none met any.
    """
    history.event("moments", {"what": what, "messages": list(hits)})
    if not any(hits):
        raise InconclusiveError(f"{len(hits)} faults met no message that was {what}, so they showed nothing of it")
