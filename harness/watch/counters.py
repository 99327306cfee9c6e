"""The figures of requests for the page: those of the system's own clients from the beginning, others once there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.telling import request_of


@dataclass(frozen=True)
class Counter:
    """A figure of the page.

    Attributes:
        words: what is counted.
        count: how many.
        outcome: fail or info if it is something to look at; else empty.
    """

    words: str
    count: int
    outcome: str = ""


def counters(expected: Sequence[str], counts: Mapping[str, Mapping[str, int]]) -> Iterator[Counter]:
    """The figures of every kind of request.

    Args:
        expected: the kinds that are shown although there are none yet.
        counts: by kind of operation, how many ended with which outcome.
    """
    for f in dict.fromkeys((*expected, *counts)):
        if request := request_of(f):
            outcomes = counts.get(f, {})
            if not request.writes:
                yield Counter(f"{request.name} answered", outcomes.get("ok", 0))
                continue
            yield Counter(f"{request.name} acknowledged", outcomes.get("ok", 0))
            for outcome, words in (("info", "unknown"), ("fail", "failed")):
                count = outcomes.get(outcome, 0)
                yield Counter(f"{request.name} {words}", count, outcome if count else "")
