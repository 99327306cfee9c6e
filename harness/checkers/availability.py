"""Availability: somebody who asks is not without a success for longer than a budget.

It finds nothing wrong in an answer: what is lost, doubled or stale, others judge. A budget is to be generous, since
a machine that is busy makes everybody wait (`harness.bounds` has one for each fault that settings bound). Sorts the
operations, and is linear in them for each fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.checkers.shapes import Seconds
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import NEVER, Event, Operation, faults, in_words, operations

_NS = 1e9
#: A client that was refused asks again within this time; a longer pause means that nobody asks.
_PAUSE_NS = 1_000_000_000
#: What the operations of a kind are done to if nothing tells them apart.
_ALL = ""


@checker
def check(events: Sequence[Event], *, f: str, within_s: Seconds, each: str = "") -> Verdict:
    """Judges the longest time without a success during which somebody asked (`longest_unavailability_s`).

    Longer than the budget it is unavailable too long. Unknown if nobody asked within that time after a fault, or if
    nothing that was asked after the last one succeeded: what nobody asks for is not missed.

    Args:
        events: the history.
        f: which kind of operation.
        within_s: the budget, in seconds.
        each: what tells things apart of which each is judged by itself: "key" where values are [key, ...], else the
            name of a field of their values, such as "log". Empty: a success at any of them is one.
    """
    asked = [operation for operation in operations(events) if operation.f == f]
    longest = {thing: _longest(of_one) for thing, of_one in _apart(asked, each).items()}
    start = events[0].time if events else 0
    anomalies = [
        Anomaly("unavailable too long", _sentence(f, thing, wait, start, within_s), (wait.last,))
        for thing, wait in longest.items()
        if wait.seconds > within_s
    ]
    worst = max((wait.seconds for wait in longest.values()), default=0.0)
    figures = {"longest_without_success_s": round(worst, 2), "budget_s": round(within_s, 2)}
    if not anomalies and (why := _untried(f, asked, faults(events), within_s)):
        return unknown(why, figures)
    return Verdict.of(anomalies, figures)


def longest_unavailability_s(of_kind: Sequence[Operation]) -> float:
    """The longest time without a success during which somebody asked, in seconds; 0 where nobody did.

    It is counted from one success to the next, or to the last attempt's end: as long as an operation is under way, and
    between attempts that follow one another within a second, as a client that was refused waits before it tries again.
    A longer pause after a failure is nobody's wait, and so is any pause after a success. When somebody gave up on an
    operation that was never completed is not known: the longest that any other took is assumed.
    """
    return _longest(of_kind).seconds if of_kind else 0.0


@dataclass(frozen=True)
class _Wait:
    """A time without a success: how long somebody asked in it, when it ended, and with which attempt."""

    seconds: float
    ended: int
    last: Operation


def _longest(of_kind: Sequence[Operation]) -> _Wait:
    return max(_waits(of_kind), key=lambda wait: wait.seconds)


def _waits(of_kind: Sequence[Operation]) -> Iterator[_Wait]:
    """The times without a success, in order; of one operation there is at least one."""
    under_way = waited = 0
    since: int | None = None
    for time, change, operation in _attempts(of_kind):
        if since is not None and (under_way or time - since <= _PAUSE_NS):
            waited += time - since
        under_way += change
        since, last = time, _Wait(waited / _NS, time, operation)
        if change < 0 and operation.outcome == "ok":
            yield last
            waited, since = 0, time if under_way else None
    yield _Wait(waited / _NS, last.ended, last.last)


def _attempts(of_kind: Sequence[Operation]) -> Iterator[tuple[int, int, Operation]]:
    """The moments at which operations began or ended, how each changes the number under way, and of which it is."""
    patience = max((operation.ended - operation.began for operation in of_kind if operation.completion), default=0)
    seen = []
    for number, operation in enumerate(of_kind):
        seen.append((operation.began, operation.invoke.index, 1, number))
        if end := operation.completion:
            seen.append((end.time, end.index, -1, number))
        else:
            seen.append((operation.began + patience, NEVER, -1, number))
    for time, _, change, number in sorted(seen):
        yield time, change, of_kind[number]


def _apart(asked: Sequence[Operation], each: str) -> Mapping[str, Sequence[Operation]]:
    """The operations by what they are done to."""
    apart: dict[str, list[Operation]] = {}
    for operation in asked:
        apart.setdefault(_thing(operation.invoke.value, each) if each else _ALL, []).append(operation)
    return apart


def _thing(value: object, each: str) -> str:
    """What an operation is done to, by the value that it was invoked with."""
    if isinstance(value, Mapping):
        return str(value.get(each, _ALL))
    return str(value[0]) if each == "key" and isinstance(value, list | tuple) and value else _ALL


def _sentence(f: str, thing: str, wait: _Wait, start: int, within_s: float) -> str:
    of = f" at {thing}" if thing else ""
    at_s = (wait.ended - start) / _NS
    return (
        f"no {f}{of} succeeded for {wait.seconds:.2f} s in which somebody asked, up to {at_s:.2f} s after the "
        f"beginning; {within_s:.2f} s are allowed"
    )


def _untried(f: str, asked: Sequence[Operation], begun: Sequence[Event], within_s: float) -> str:
    """Why the history doesn't show how long nothing would have succeeded; empty if it does."""
    for fault in begun:
        end = fault.time + within_s * _NS
        if not any(fault.time <= operation.ended and operation.began <= end for operation in asked):
            return f"nobody asked for a {f} within {within_s:.2f} s after {in_words(fault)}"
    last = begun[-1].index if begun else -1
    if any(operation.invoke.index > last and operation.outcome == "ok" for operation in asked):
        return ""
    return f"no {f} succeeded that began after {in_words(begun[-1])}" if begun else f"no {f} succeeded"
