"""Set: every element whose addition was acknowledged is there, at the end and at every moment before it.

Operations: `add` an element (any JSON scalar); `read` ok: the elements; where a history has several sets, each with its
set's name (`harness.checkers.elements`), and each set is judged by itself. Nothing is ever removed from a set.
Definitions after Jepsen (checker.clj, `set` and `set-full`). Before and after are those of the events, as times may be
equal. `at_the_end` is linear in the history; `over_time` in the history, the sizes of all reads together, and (a few
machine instructions each) the number of reads times that of elements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt

from harness.checkers.elements import by_set, element_of, elements_of
from harness.checkers.identity import identity
from harness.checkers.quantiles import quantiles_s
from harness.checkers.register import DIRTY
from harness.checkers.shapes import SETS, judging
from harness.checkers.verdict import Anomaly, Verdict, checker, combine, few, unknown
from harness.events import NEVER, Event, Operation, answered, operations

QUANTILES = (0.0, 0.5, 0.95, 0.99, 1.0)


@checker
@judging(SETS)
def at_the_end(events: Sequence[Event]) -> Verdict:
    """Judges each set by its successful read that began last: lost = acknowledged - read, unexpected = read - possible.

    Possible is what was, before that read ended, begun to be added and did not surely fail. recovered (read although
    not acknowledged) is no violation. Unknown where that read began before an addition was acknowledged, or is missing.
    """
    verdicts = [_at_the_end(_of(name), history) for name, history in by_set(operations(events)).items()]
    if not verdicts:
        return unknown("nothing was added and nothing read")
    combined = combine(*verdicts)
    return Verdict(combined.validity, combined.anomalies, _summed(verdict.figures for verdict in verdicts))


def _at_the_end(of: str, history: Sequence[Operation]) -> Verdict:
    adds = [operation for operation in history if operation.f == "add" and operation.outcome != "fail"]
    final = next((o for o in reversed(history) if o.f == "read" and o.outcome == "ok"), None)
    if final is None or any(answered(add) > final.invoke.index for add in adds if add.outcome == "ok"):
        return unknown(f"no read{of} succeeded after the last addition, so nobody knows what the set held in the end")
    attempted = {identity(element_of(add)) for add in adds if add.invoke.index < answered(final)}
    acknowledged = {identity(element_of(add)): add for add in adds if add.outcome == "ok"}
    read = {identity(element): element for element in elements_of(final)}
    lost = [add for element, add in acknowledged.items() if element not in read]
    unexpected = [element for id_, element in read.items() if id_ not in attempted]
    anomalies: list[Anomaly] = []
    if lost:
        sentence = (
            f"{len(lost)} of {len(acknowledged)} acknowledged elements{of} were not in the final read: "
            f"{few(map(element_of, lost))}"
        )
        anomalies.append(Anomaly("lost", sentence, (*sorted(lost, key=lambda add: str(element_of(add))), final)))
    if unexpected:
        sentence = f"{len(unexpected)} elements{of} were read that nobody had added: {few(unexpected)}"
        anomalies.append(Anomaly("unexpected", sentence, (final,)))
    recovered = len((read.keys() & attempted) - acknowledged.keys())
    return Verdict.of(anomalies, {"acknowledged": len(acknowledged), "lost": len(lost), "recovered": recovered})


@checker
@judging(SETS)
def over_time(events: Sequence[Event], *, linearizable: bool = False) -> Verdict:
    """Judges every element that may have been added, by every successful read of its set.

    known: the earlier of the element's acknowledgement and the completion of the first read that had it. It is lost if
    a read that began after known lacked it, and every read that had it ended before that one began; if none of its
    additions was acknowledged, it is undone instead, and what showed it were dirty reads. It is stale if a read that
    began after known lacked it and it is neither: a violation only if `linearizable`. Each element is judged by itself:
    that two reads disagree about which of two elements came first is not found. A violation as well: a read that has an
    element twice (duplicated), or one of which no addition had begun when it ended, but for such as surely failed
    (unexpected; the read then says nothing of it). Stable latency: how long after known those that were read, and are
    neither lost nor undone, were still missing. Unknown where a set was not read.
    """
    sets = [_over_time(_of(name), history, linearizable) for name, history in by_set(operations(events)).items()]
    if not sets:
        return unknown("nothing was added and nothing read")
    combined = combine(*(each.verdict for each in sets))
    figures = _summed(each.verdict.figures for each in sets)
    latencies = np.concatenate([each.latencies for each in sets])
    if figures:
        at = quantiles_s(latencies, QUANTILES) if len(latencies) else []
        figures["stable_latency_s"] = dict(zip(map(str, QUANTILES), at, strict=False))
    return Verdict(combined.validity, combined.anomalies, figures)


Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _OneSet:
    """The verdict on one set, and for how many nanoseconds each element was still missing once it was known."""

    verdict: Verdict
    latencies: Numbers = field(default_factory=lambda: np.empty(0, np.int64))


def _over_time(of: str, history: Sequence[Operation], linearizable: bool) -> _OneSet:
    reads = [operation for operation in history if operation.f == "read" and operation.outcome == "ok"]
    if not reads:
        return _OneSet(unknown(f"no read{of} succeeded, so nobody knows what the set held"))
    elements = _Elements([o for o in history if o.f == "add" and o.outcome != "fail"], reads)
    anomalies, invented = _each(of, reads, elements)
    is_gone = elements.missed & (elements.last_present < elements.last_absent)
    was_read = (elements.last_present >= 0) & ~is_gone
    lost, undone = np.flatnonzero(is_gone & elements.sure), np.flatnonzero(is_gone & ~elements.sure)
    stale = np.flatnonzero(elements.missed & ~is_gone)
    count = int((elements.known < NEVER).sum())
    if len(lost):
        sentence = (
            f"{len(lost)} of {count} known elements{of} were gone from some moment on: {few(elements.names(lost))}"
        )
        anomalies.append(Anomaly("lost", sentence, elements.witnesses(lost)))
    if len(undone):
        sentence = (
            f"{len(undone)} elements{of}, whose addition nobody was told of, were in reads and then gone: "
            f"{few(elements.names(undone))}"
        )
        anomalies.append(Anomaly(DIRTY, sentence, elements.witnesses(undone)))
    if len(stale) and linearizable:
        sentence = (
            f"{len(stale)} of {count} known elements{of} were missing in a read, and there in one beside or after it: "
            f"{few(elements.names(stale))}"
        )
        anomalies.append(Anomaly("stale", sentence, elements.witnesses(stale)))
    figures = {
        "acknowledged": elements.acknowledged,
        "known": count,
        "lost": len(lost),
        "undone": len(undone),
        "stale": len(stale),
        "never_read": count - int(was_read.sum()) - len(lost) - len(undone),
        "unexpected": invented,
    }
    return _OneSet(Verdict.of(anomalies, figures), elements.latencies()[was_read])


class _Elements:
    """What the history says of each element that may have been added, by its number; positions are event indices."""

    def __init__(self, adds: Sequence[Operation], reads: Sequence[Operation]) -> None:
        self._reads = reads
        self._number: dict[Hashable, int] = {}
        #: Of each element the addition that was acknowledged first, or else the first that was begun.
        self._adds: list[Operation] = []
        began: list[int] = []
        for add in adds:
            number = self._number.setdefault(identity(element_of(add)), len(self._adds))
            if number == len(self._adds):
                self._adds.append(add)
                began.append(add.invoke.index)
            elif _acknowledged(add) < _acknowledged(self._adds[number]):
                self._adds[number] = add
        count = len(self._adds)
        #: When its first addition began.
        self._began: Numbers = np.array(began, np.int64)
        #: Whether an addition of it was answered with success.
        self.sure: npt.NDArray[np.bool_] = np.array([add.outcome == "ok" for add in self._adds], bool)
        #: Since when it is known to be in the set: a position, and in nanoseconds.
        self.known: Numbers = np.fromiter(map(_acknowledged, self._adds), np.int64, count)
        self._known_ns: Numbers = np.fromiter((add.ended for add in self._adds), np.int64, count)
        #: When the latest read ended that had it; below 0 for never.
        self.last_present: Numbers = np.full(count, -1, np.int64)
        #: The place of the latest read that began after it was known and lacked it; below 0 for none.
        self._missing: Numbers = np.full(count, -1, np.int64)

    @property
    def acknowledged(self) -> int:
        """The number of elements whose addition was answered with success."""
        return int(self.sure.sum())

    @property
    def missed(self) -> npt.NDArray[np.bool_]:
        """The elements that were missing in a read which began after they were known."""
        return self._missing >= 0

    @property
    def last_absent(self) -> Numbers:
        """The beginning of the latest read that lacked the element; meaningless for those that none lacked."""
        return np.array([read.invoke.index for read in self._reads], np.int64)[self._missing]

    def latencies(self) -> Numbers:
        """For how long each element was still missing once it was known, in nanoseconds."""
        began = np.array([read.began for read in self._reads], np.int64)
        return np.where(self.missed, began[self._missing] - self._known_ns, 0)

    def numbers(self, ids: Iterable[Hashable], ended: int) -> Numbers:
        """The numbers of these elements, in their order; below 0 for those that a read which ended then can't have."""
        numbers = np.array([-1 if number is None else number for number in map(self._number.get, ids)], np.int64)
        return np.where((numbers >= 0) & (self._began[numbers] < ended), numbers, -1) if len(self._adds) else numbers

    def note_presences(self, read: Operation, had: Numbers) -> None:
        """Notes the elements that a read returned."""
        ended = answered(read)
        sooner = had[self.known[had] > ended]
        self.known[sooner], self._known_ns[sooner] = ended, read.ended
        self.last_present[had] = np.maximum(self.last_present[had], ended)

    def note_absences(self, all_had: Sequence[Numbers]) -> None:
        """Notes what each read lacked of the elements known before it began; call it after all presences."""
        order = np.argsort(self.known, kind="stable")
        known = self.known[order]
        for place, (read, had) in enumerate(zip(self._reads, all_had, strict=True)):
            due = order[: np.searchsorted(known, read.invoke.index)]
            if len(due):
                lacked = np.ones(len(self.known), bool)
                lacked[had] = False
                self._missing[due[lacked[due]]] = place

    def names(self, numbers: Numbers) -> Iterator[Hashable]:
        """The elements of these numbers."""
        return (element_of(self._adds[number]) for number in numbers)

    def witnesses(self, numbers: Numbers) -> tuple[Operation, ...]:
        """The additions of those elements, and the latest reads that lacked them."""
        witnesses = [self._adds[number] for number in numbers]
        witnesses += [self._reads[place] for place in set(self._missing[numbers].tolist())]
        return tuple(sorted(witnesses, key=lambda operation: operation.invoke.index))


def _each(of: str, reads: Sequence[Operation], elements: _Elements) -> tuple[list[Anomaly], int]:
    """Notes for each element which reads had it; gives the anomalies of single reads, and the number of inventions."""
    anomalies: list[Anomaly] = []
    invented: set[Hashable] = set()
    all_had: list[Numbers] = []
    for read in reads:
        names = elements_of(read)
        ids = list(map(identity, names))
        if (twice := len(ids) - len(set(ids))) > 0:
            anomalies.append(Anomaly("duplicated", f"a read{of} held {twice} elements twice", (read,)))
        numbers = elements.numbers(ids, answered(read))
        all_had.append(had := numbers[numbers >= 0])
        elements.note_presences(read, had)
        if len(had) < len(numbers):
            unexpected = {ids[place]: names[place] for place in np.flatnonzero(numbers < 0).tolist()}
            invented.update(unexpected)
            sentence = f"a read{of} held {len(unexpected)} elements that nobody had added: {few(unexpected.values())}"
            anomalies.append(Anomaly("unexpected", sentence, (read,)))
    elements.note_absences(all_had)
    return anomalies, len(invented)


def _of(name: str | None) -> str:
    return "" if name is None else f" of {name}"


def _summed(figures: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """The sum of each count over all sets."""
    total: Counter[str] = Counter()
    for counts in figures:
        total.update(cast("Mapping[str, int]", counts))
    return dict(total)


def _acknowledged(add: Operation) -> int:
    return answered(add) if add.outcome == "ok" else NEVER
