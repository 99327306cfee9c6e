"""Counts what a service was in the middle of when it died, by its log: a scenario that never hit that shows nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import InconclusiveError
from harness.history import History

#: By role the events in its log with which the work on a message begins and ends.
_WORK = {"facade": ("logged", "queued"), "logging": ("put", "logged"), "messages": ("taken", "consumed")}


def under_way(role: str, log: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """The ids of the messages that a service of this role had begun to work on and not finished, by its log.

    Of its last life: what an earlier one left is not what this one is at.
    """
    begins, ends = _WORK[role]
    open_: dict[str, None] = {}
    for line in log:
        if line["event"] == "starting":
            open_.clear()
        elif line["event"] == begins:
            open_[line["id"]] = None
        elif line["event"] == ends:
            open_.pop(line["id"], None)
    return list(open_)


def demand_moments(history: History, what: str, hits: Sequence[int]) -> None:
    """Records how many messages each kill met in the middle of the work.

    Raises:
        InconclusiveError: none met any.
    """
    history.event("moments", {"what": what, "messages": list(hits)})
    if not any(hits):
        raise InconclusiveError(f"{len(hits)} kills met no message that was {what}, so they showed nothing of it")
