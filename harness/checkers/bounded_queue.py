"""Bounded queue: never more items than the bound, a put into a full queue waits, each item comes out once.

Operations: `put` an item, which waits for room; `offer` an item, `fail` if there was no room in time; `take` ok: an
item, `fail` if there was none. Items are unique. What is sure of the size at any moment: the puts that were answered
less the takes that were begun; what is possible: the puts that were begun less the takes that were answered. Linear in
the history times the refused offers under way at once, but for the sorting of its events.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from harness.checkers.verdict import Anomaly, Verdict, few, judged
from harness.events import Event, Operation, operations, steps

_IN = ("put", "offer")


def check(events: Sequence[Event], *, bound: int, drained: bool = True) -> Verdict:
    """Judges one queue.

    Args:
        events: the history.
        bound: how many items it may hold.
        drained: whether everything was taken out in the end, so that what never came out is lost.
    """
    history = operations(events)
    most, over = _over(history, bound)
    found = [*over, *_refused(history, bound), *_items(history, drained)]
    return judged(found, {"most_at_once": most, "puts": _count(history, _IN), "takes": _count(history, ("take",))})


def _count(history: Sequence[Operation], kinds: Sequence[str]) -> int:
    return sum(operation.f in kinds and operation.outcome == "ok" for operation in history)


def _over(history: Sequence[Operation], bound: int) -> tuple[int, list[Anomaly]]:
    """The most items there surely were at once, and each put that made it more than the bound."""
    sure = most = 0
    found: list[Anomaly] = []
    for operation, ended in steps(history):
        if operation.f == "take" and operation.outcome != "fail":
            sure -= not ended
        elif operation.f in _IN and operation.outcome == "ok" and ended:
            sure += 1
            most = max(most, sure)
            if sure > bound:
                sentence = f"the {operation.f} of {operation.value} made it {sure} items in a queue of {bound}"
                found.append(Anomaly("over the bound", sentence, (operation,)))
    return most, found


def _refused(history: Sequence[Operation], bound: int) -> Iterator[Anomaly]:
    """Each offer that was refused although there was room all the while."""
    possible = 0
    # By the index of a refused offer under way: the most items there may have been since it began.
    seen: dict[int, int] = {}
    for operation, ended in steps(history):
        if operation.f == "offer" and operation.outcome == "fail":
            index = operation.invoke.index
            if not ended:
                seen[index] = possible
            elif (most := seen.pop(index)) < bound:
                item = operation.invoke.value
                sentence = f"the offer of {item} was refused with at most {most} items in a queue of {bound}"
                yield Anomaly("refused although there was room", sentence, (operation,))
        elif operation.f in _IN and operation.outcome != "fail" and not ended:
            possible += 1
            seen = {index: max(most, possible) for index, most in seen.items()}
        elif operation.f == "take" and operation.outcome == "ok" and ended:
            possible -= 1


def _items(history: Sequence[Operation], drained: bool) -> list[Anomaly]:
    put: dict[Hashable, Operation] = {o.invoke.value: o for o in history if o.f in _IN and o.outcome != "fail"}
    taken: dict[Hashable, list[Operation]] = {}
    for operation in history:
        if operation.f == "take" and operation.outcome == "ok":
            taken.setdefault(operation.value, []).append(operation)
    found: list[Anomaly] = []
    for item, takes in taken.items():
        source = put.get(item)
        if source is None or takes[0].ended < source.began:
            found.append(Anomaly("unexpected", f"item {item} came out, which nobody had put in", tuple(takes)))
        if len(takes) > 1:
            found.append(Anomaly("duplicated", f"item {item} came out {len(takes)} times", tuple(takes)))
    # A take of unknown outcome may have removed any one item.
    unknown_takes = sum(o.f == "take" and o.outcome == "info" for o in history)
    lost = [o for item, o in put.items() if o.outcome == "ok" and item not in taken]
    if drained and len(lost) > unknown_takes:
        sentence = (
            f"{len(lost)} items were put in and never came out ({unknown_takes} takes are of unknown outcome): "
            f"{few(o.invoke.value for o in lost)}"
        )
        found.append(Anomaly("lost", sentence, tuple(lost)))
    return found
