"""Bounded queue: never more items than the bound, a put into a full queue waits, each item comes out once.

Operations: `put` an item, which waits for room; `offer` an item, `fail` if there was no room in time; `take` ok: an
item, `fail` if there was none. Items (JSON scalars) are unique, but for those whose earlier puts surely failed. Surely
in the queue at any moment are the items whose put was answered and whose take has not begun; of those that never came
out, each take of unknown outcome that has begun may have removed one. Possibly in it are the items whose put was begun,
less the takes that were answered. A put comes in, an offer is refused and a take gets nothing only if there may have
been room, no room or nothing at some moment while it was under way: these are bounds. What they find is wrong in a
queue that gives its items out in any order, but not all is found that no order of the operations explains. Linear in
the history times the operations under way at once, but for the sorting of its events.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

from harness.checkers.identity import identity
from harness.checkers.shapes import BOUNDED_QUEUE, Count, judging
from harness.checkers.verdict import Anomaly, Verdict, checker, few
from harness.errors import BadInputError
from harness.events import NEVER, Event, Operation, answered, operations, steps

_IN = ("put", "offer")


@checker
@judging(BOUNDED_QUEUE)
def check(events: Sequence[Event], *, bound: Count, drained: bool = True, refusal: str = "") -> Verdict:
    """Judges one bounded queue by all its puts and takes.

    Args:
        events: the history.
        bound: how many items it may hold.
        drained: whether everything was taken out in the end, so that what never came out is lost, but for as many
            items as there are takes of unknown outcome.
        refusal: how the error of an operation begins that failed for another reason than that there was no room, or
            nothing, and so says nothing of the queue, such as "SplitBrainProtectionError"; empty if none did.

    Raises:
        BadInputError: an item was put in twice.
    """
    history = [operation for operation in operations(events) if not _is_refused(operation, refusal)]
    put = _put_in(history)
    most, anomalies = _by_what_is_sure(history, put, bound)
    missing, unknown_takes = _missing(history, put) if drained else ([], 0)
    anomalies += [*_refused_offers(history, bound), *_items(history, put), *_lost(missing, unknown_takes)]
    lost = max(0, len(missing) - unknown_takes)
    figures = {
        "acknowledged": _count(history, _IN),
        "taken": _count(history, ("take",)),
        "most_at_once": most,
        "lost": lost,
        "hidden": len(missing) - lost,
    }
    return Verdict.of(anomalies, figures)


def _is_refused(operation: Operation, refusal: str) -> bool:
    error = operation.completion.error if operation.completion and operation.outcome == "fail" else None
    return bool(refusal and error and error.startswith(refusal))


def _count(history: Sequence[Operation], kinds: Sequence[str]) -> int:
    return sum(operation.f in kinds and operation.outcome == "ok" for operation in history)


def _put_in(history: Sequence[Operation]) -> Mapping[Hashable, Operation]:
    """The put of each item that may be in the queue, by the item; an item that was put in twice is refused."""
    put: dict[Hashable, Operation] = {}
    for operation in history:
        if operation.f in _IN and operation.outcome != "fail":
            first = put.setdefault(identity(operation.invoke.value), operation)
            if first is not operation:
                raise BadInputError(
                    f"item {operation.invoke.value} was put into the bounded queue twice (events {first.invoke.index} "
                    f"and {operation.invoke.index}), so nobody can tell which came out: give each put its own"
                )
    return put


class _Surely:
    """The number of items that are surely in the queue, counted event by event."""

    def __init__(self, history: Sequence[Operation]) -> None:
        self._comes_out = {identity(o.value) for o in history if o.f == "take" and o.outcome == "ok"}
        self._gone: set[Hashable] = set()
        #: Those in it that come out later, those that never do, and the takes that may have removed one of these.
        self._later: set[Hashable] = set()
        self._never = self._unknown = 0

    @property
    def count(self) -> int:
        """The number of items that are surely in the queue now."""
        return len(self._later) + max(0, self._never - self._unknown)

    def take(self, operation: Operation, ended: bool) -> None:
        """Counts the next event."""
        if operation.f == "take" and not ended:
            if operation.outcome == "ok":
                self._gone.add(identity(operation.value))
                self._later.discard(identity(operation.value))
            self._unknown += operation.outcome == "info"
        elif operation.f in _IN and ended and operation.outcome == "ok":
            item = identity(operation.invoke.value)
            if item not in self._comes_out:
                self._never += 1
            elif item not in self._gone:
                self._later.add(item)


def _by_what_is_sure(
    history: Sequence[Operation], put: Mapping[Hashable, Operation], bound: int
) -> tuple[int, list[Anomaly]]:
    """The most items that were surely in the queue at once, and the anomalies that follow from such counts."""
    surely, most = _Surely(history), 0
    anomalies: list[Anomaly] = []
    known = _known_at(history, put)
    watched = {operation.invoke.index for operation in known.values()}
    # By the index of a watched operation under way: the fewest items there surely were since it began.
    fewest: dict[int, int] = {}
    for operation, ended in steps(history):
        at = answered(operation) if ended else operation.invoke.index
        if at in known:
            anomalies += _all_the_while(known[at], fewest.pop(known[at].invoke.index), bound)
        before = surely.count
        surely.take(operation, ended)
        if at in watched:
            fewest[at] = surely.count
        elif surely.count < before:
            fewest = {index: min(least, surely.count) for index, least in fewest.items()}
        elif surely.count > before:
            most = max(most, surely.count)
            if surely.count > bound:
                sentence = f"the {operation.f} of {operation.value} made it {surely.count} items in a queue of {bound}"
                anomalies.append(Anomaly("over the bound", sentence, (operation,)))
    return most, anomalies


def _known_at(history: Sequence[Operation], put: Mapping[Hashable, Operation]) -> Mapping[int, Operation]:
    """The puts that came in and the takes that got nothing, by the index of the event that makes it sure."""
    sure: dict[int, int] = {}
    for operation in history:
        if operation.f in _IN and operation.outcome == "ok":
            came_in = operation
        elif operation.f == "take" and operation.outcome == "ok" and identity(operation.value) in put:
            came_in = put[identity(operation.value)]
        elif operation.f == "take" and operation.outcome == "fail":
            came_in = operation
        else:
            continue
        index = came_in.invoke.index
        sure[index] = min(sure.get(index, NEVER), answered(operation))
    by_index = {operation.invoke.index: operation for operation in history}
    return {end: by_index[index] for index, end in sure.items() if index < end}


def _all_the_while(operation: Operation, fewest: int, bound: int) -> Iterator[Anomaly]:
    if operation.f == "take" and fewest > 0:
        sentence = f"a take got nothing, although there were at least {fewest} items all the while"
        yield Anomaly("refused although there was an item", sentence, (operation,))
    if operation.f in _IN and fewest >= bound:
        item = operation.invoke.value
        sentence = f"the {operation.f} of {item} came into a queue of {bound} that held {fewest} items all the while"
        yield Anomaly("over the bound", sentence, (operation,))


def _refused_offers(history: Sequence[Operation], bound: int) -> Iterator[Anomaly]:
    """An anomaly for each offer that the queue refused although it had room all the while."""
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


def _items(history: Sequence[Operation], put: Mapping[Hashable, Operation]) -> list[Anomaly]:
    taken: dict[Hashable, list[Operation]] = {}
    for operation in history:
        if operation.f == "take" and operation.outcome == "ok":
            taken.setdefault(identity(operation.value), []).append(operation)
    anomalies: list[Anomaly] = []
    for id_, takes in taken.items():
        item, source = takes[0].value, put.get(id_)
        if source is None or any(answered(take) < source.invoke.index for take in takes):
            anomalies.append(Anomaly("unexpected", f"item {item} came out, which nobody had put in", tuple(takes)))
        if len(takes) > 1:
            anomalies.append(Anomaly("duplicated", f"item {item} came out {len(takes)} times", tuple(takes)))
    return anomalies


def _missing(history: Sequence[Operation], put: Mapping[Hashable, Operation]) -> tuple[list[Operation], int]:
    """The puts of what never came out, and how many takes of unknown outcome may each have removed any one of them."""
    taken = {identity(o.value) for o in history if o.f == "take" and o.outcome == "ok"}
    missing = [o for id_, o in put.items() if o.outcome == "ok" and id_ not in taken]
    return missing, sum(o.f == "take" and o.outcome == "info" for o in history)


def _lost(missing: Sequence[Operation], unknown_takes: int) -> Iterator[Anomaly]:
    if len(missing) > unknown_takes:
        sentence = (
            f"{len(missing)} items were put in and never came out ({unknown_takes} takes are of unknown outcome): "
            f"{few(o.invoke.value for o in missing)}"
        )
        yield Anomaly("lost", sentence, tuple(missing))
