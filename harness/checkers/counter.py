"""Counter: no increment is lost and none is counted twice, in every read and in the last one.

Operations: `increment` by an integer (of either sign); `read` ok: the value, or None if the counter is gone. Bounds
after Jepsen (checker.clj, `counter`): what every read may show lies between what surely happened before it began and
what may have happened before it ended. Each read is judged by itself, and against bounds: two reads that contradict
each other pass, and so does a value between the bounds that no sum of increments gives; what is found is wrong in every
order of the operations. Linear in the history, but for the sorting of the acknowledgements and a binary search for each
read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from harness.checkers.shapes import COUNTER, Whole, judging
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import Event, Operation, answered, operations


@checker
@judging(COUNTER)
def check(events: Sequence[Event], *, initial: Whole = 0) -> Verdict:
    """Judges every successful read of the counter. Unknown without one.

    Below its bounds, or None, is a lost update; above them, something was counted twice. The figure lost is the
    sum of the acknowledged increments less what the read that began last shows of it (None: nothing), if it began after
    all of them were answered; hidden, by how much more it may be, as increments of unknown outcome came in their place.
    """
    history = operations(events)
    reads = [operation for operation in history if operation.f == "read" and operation.outcome == "ok"]
    if not reads:
        return unknown("no read succeeded, so nobody knows what the counter held")
    anomalies: list[Anomaly] = []
    for read, (low, high) in zip(reads, _bounds(history, reads, initial), strict=True):
        if read.value is None:
            sentence = f"a read found the counter gone, where {low} to {high} was possible"
            anomalies.append(Anomaly("lost update", sentence, (read,)))
        elif not low <= read.value <= high:
            missing = f"{low - read.value} too few" if read.value < low else f"{read.value - high} too many"
            sentence = f"a read returned {read.value}, where {low} to {high} was possible: {missing}"
            name = "lost update" if read.value < low else "counted twice"
            anomalies.append(Anomaly(name, sentence, (read,)))
    acknowledged = sum(o.invoke.value for o in history if o.f == "increment" and o.outcome == "ok")
    figures: dict[str, object] = {"reads": len(reads), "acknowledged": acknowledged}
    last = reads[-1]
    if all(answered(o) < last.invoke.index for o in history if o.f == "increment" and o.outcome == "ok"):
        shown = 0 if last.value is None else last.value - initial
        missing = acknowledged - shown
        unknown_sum = sum(abs(o.invoke.value) for o in history if o.f == "increment" and o.outcome == "info")
        lost = max(0, missing)
        figures |= {"final": last.value, "lost": lost, "hidden": max(0, missing + unknown_sum) - lost}
    return Verdict.of(anomalies, figures)


def _bounds(history: Sequence[Operation], reads: Sequence[Operation], initial: int) -> Iterator[tuple[int, int]]:
    """The least and the most that each read may return.

    Surely in it is what was acknowledged before it began; possibly, what was begun before it ended. Increments and
    decrements apart, as each moves another bound.
    """
    increments = [operation for operation in history if operation.f == "increment"]
    begun = [operation for operation in increments if operation.outcome != "fail"]
    acknowledged = sorted((operation for operation in increments if operation.outcome == "ok"), key=answered)
    sure = _Sums(list(map(answered, acknowledged)), [operation.invoke.value for operation in acknowledged])
    possible = _Sums([operation.invoke.index for operation in begun], [operation.invoke.value for operation in begun])
    for read in reads:
        up, down = sure.before(read.invoke.index)
        more, less = possible.before(answered(read))
        yield initial + up + less, initial + down + more


class _Sums:
    """Running sums of the increments, and of the decrements, over the events."""

    def __init__(self, at: Sequence[int], deltas: Sequence[int]) -> None:
        self._at = at
        self._up = list(accumulate((delta if delta > 0 else 0 for delta in deltas), initial=0))
        self._down = list(accumulate((delta if delta < 0 else 0 for delta in deltas), initial=0))

    def before(self, index: int) -> tuple[int, int]:
        """The sum of the increments, and that of the decrements, before the event `index`."""
        count = bisect_left(self._at, index)
        return self._up[count], self._down[count]
