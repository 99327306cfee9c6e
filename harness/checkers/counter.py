"""Counter: no increment is lost and none is counted twice, in every read and in the last one.

Operations: `increment` by an integer (of either sign); `read` ok: the value. Bounds after Jepsen (checker.clj,
`counter`): what every read may show lies between what surely happened before it began and what may have happened before
it ended. Linear in the history, but for the sorting of its events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.checkers.verdict import Anomaly, Verdict, judged, unknown
from harness.events import Event, Operation, operations


def check(events: Sequence[Event], *, initial: int = 0) -> Verdict:
    """Judges every successful read. Unknown without one.

    The figure lost_updates is the sum of the acknowledged increments less the last read, if that began after all of
    them were answered.
    """
    history = operations(events)
    reads = [operation for operation in history if operation.f == "read" and operation.outcome == "ok"]
    if not reads:
        return unknown("no read succeeded, so nobody knows what the counter held")
    lowest, highest = _bounds(history, initial)
    found: list[Anomaly] = []
    for read in reads:
        low, high = lowest[read.invoke.index], highest[read.invoke.index]
        if not low <= read.value <= high:
            missing = f"{low - read.value} too few" if read.value < low else f"{read.value - high} too many"
            sentence = f"a read returned {read.value}, where {low} to {high} was possible: {missing}"
            name = "lost update" if read.value < low else "counted twice"
            found.append(Anomaly(name, sentence, (read,)))
    acknowledged = sum(o.invoke.value for o in history if o.f == "increment" and o.outcome == "ok")
    figures: dict[str, object] = {"reads": len(reads), "acknowledged": acknowledged}
    if all(o.ended < reads[-1].began for o in history if o.f == "increment" and o.outcome == "ok"):
        figures |= {"final": reads[-1].value, "lost_updates": initial + acknowledged - reads[-1].value}
    return judged(found, figures)


def _bounds(history: Sequence[Operation], initial: int) -> tuple[dict[int, int], dict[int, int]]:
    """By a read's index the least and the most it may return.

    Surely in it is what was acknowledged before it began; possibly, what was begun before it ended. Increments and
    decrements apart, as each moves another bound.
    """
    sure, possible = _Sums(), _Sums()
    lowest: dict[int, int] = {}
    highest: dict[int, int] = {}
    steps = [(operation.invoke.index, operation, False) for operation in history]
    steps += [(operation.completion.index, operation, True) for operation in history if operation.completion]
    for _, operation, ended in sorted(steps, key=lambda step: step[0]):
        index = operation.invoke.index
        if operation.f == "read" and not ended:
            lowest[index], highest[index] = initial + sure.up, initial + sure.down
        elif operation.f == "read":
            lowest[index] += possible.down
            highest[index] += possible.up
        elif operation.f == "increment" and not ended and operation.outcome != "fail":
            possible.add(operation.invoke.value)
        elif operation.f == "increment" and ended and operation.outcome == "ok":
            sure.add(operation.invoke.value)
    return lowest, highest


@dataclass(slots=True)
class _Sums:
    """Of the increments, and of the decrements."""

    up: int = 0
    down: int = 0

    def add(self, delta: int) -> None:
        """Counts one."""
        if delta > 0:
            self.up += delta
        else:
            self.down += delta
