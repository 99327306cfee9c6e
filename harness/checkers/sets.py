"""Set: every element whose addition was acknowledged is there, at the end and at every moment before it.

Operations: `add` an element (any JSON scalar); `read` ok: the elements. Definitions after Jepsen (checker.clj, `set`
and `set-full`). `at_the_end` is linear in the history; `over_time` in the history, the sizes of all reads
together, and (a few machine instructions each) the number of reads times that of elements.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from harness.checkers.quantiles import quantiles_s
from harness.checkers.verdict import Anomaly, Verdict, few, judged, unknown
from harness.events import NEVER, Event, Operation, operations

QUANTILES = (0.0, 0.5, 0.95, 0.99, 1.0)


def at_the_end(events: Sequence[Event]) -> Verdict:
    """Judges the last successful read: lost = acknowledged - read, unexpected = read - possible.

    recovered (read although not acknowledged) is no violation. Unknown without a read that began after every addition
    was answered.
    """
    history = operations(events)
    adds = [operation for operation in history if operation.f == "add"]
    final = next((o for o in reversed(history) if o.f == "read" and o.outcome == "ok"), None)
    if final is None or any(add.ended > final.began for add in adds if add.outcome == "ok"):
        return unknown("no read succeeded after the last addition, so nobody knows what the set held in the end")
    attempted = {add.invoke.value: add for add in adds if add.outcome != "fail"}
    acknowledged = {add.invoke.value: add for add in adds if add.outcome == "ok"}
    read = set(final.value)
    lost, unexpected = acknowledged.keys() - read, read - attempted.keys()
    found: list[Anomaly] = []
    if lost:
        sentence = f"{len(lost)} of {len(acknowledged)} acknowledged elements were not in the final read: {few(lost)}"
        found.append(Anomaly("lost", sentence, (*(acknowledged[e] for e in sorted(lost, key=str)), final)))
    if unexpected:
        sentence = f"{len(unexpected)} elements were read that nobody added: {few(unexpected)}"
        found.append(Anomaly("unexpected", sentence, (final,)))
    recovered = len((read & attempted.keys()) - acknowledged.keys())
    return judged(found, {"acknowledged": len(acknowledged), "lost": len(lost), "recovered": recovered})


def over_time(events: Sequence[Event], *, linearizable: bool = False) -> Verdict:
    """Judges every element against every read.

    known: the earlier of the element's acknowledgement and the completion of the first read that had it. It is lost if
    the latest read that lacked it was invoked after known, and no read that was invoked later had it. It is stale if a
    read invoked after known lacked it and a later one had it: a violation only if `linearizable`. Stable latency: how
    long after known it was still missing. Unknown without a read.
    """
    history = operations(events)
    reads = [operation for operation in history if operation.f == "read" and operation.outcome == "ok"]
    if not reads:
        return unknown("no read succeeded, so nobody knows what the set held")
    elements = _Elements([operation for operation in history if operation.f == "add"])
    found, invented = _look(reads, elements)
    elements.note_absences(reads)
    known = elements.known < NEVER
    lost = np.flatnonzero(known & (elements.last_absent > elements.last_present))
    seen = known & (elements.last_present > elements.last_absent)
    stale = np.flatnonzero(seen & (elements.last_absent >= 0))
    count = int(known.sum())
    if len(lost):
        sentence = f"{len(lost)} of {count} known elements were gone from some moment on: {few(elements.names(lost))}"
        found.append(Anomaly("lost", sentence, elements.witnesses(lost, reads)))
    if len(stale) and linearizable:
        sentence = (
            f"{len(stale)} of {count} known elements were missing in a read, and there again later: "
            f"{few(elements.names(stale))}"
        )
        found.append(Anomaly("stale", sentence, elements.witnesses(stale, reads)))
    latencies = np.maximum(0, elements.last_absent[seen] - elements.known[seen])
    return judged(
        found,
        {
            "known": count,
            "lost": len(lost),
            "stale": len(stale),
            "never_read": count - int(seen.sum()) - len(lost),
            "unexpected": len(invented),
            "stable_latency_s": dict(zip(map(str, QUANTILES), quantiles_s(latencies, QUANTILES), strict=True))
            if len(latencies)
            else {},
        },
    )


Numbers = npt.NDArray[np.int64]


class _Elements:
    """What the history says of each element that was added, by its number; times in nanoseconds, below 0 for never."""

    def __init__(self, adds: Sequence[Operation]) -> None:
        self.number: dict[Hashable, int] = {}
        #: Of each element the addition that was acknowledged first, or else the first that was tried.
        self._adds: list[Operation] = []
        #: Those whose every addition surely failed.
        self.impossible: set[Hashable] = set()
        for add in adds:
            name = add.invoke.value
            number = self.number.setdefault(name, len(self._adds))
            if number == len(self._adds):
                self._adds.append(add)
                if add.outcome == "fail":
                    self.impossible.add(name)
            else:
                self._added_again(number, add)
        acknowledged = (add.ended if add.outcome == "ok" else NEVER for add in self._adds)
        #: Since when it is known to be in the set.
        self.known: Numbers = np.fromiter(acknowledged, np.int64, len(self._adds))
        #: When the latest read began that had it, and the latest after it was known that lacked it.
        self.last_present: Numbers = np.full(len(self._adds), -1, np.int64)
        self.last_absent: Numbers = np.full(len(self._adds), -1, np.int64)

    def _added_again(self, number: int, add: Operation) -> None:
        best = self._adds[number]
        if add.outcome != "fail":
            self.impossible.discard(add.invoke.value)
        if add.outcome == "ok" and (best.outcome != "ok" or add.ended < best.ended):
            self._adds[number] = add

    def numbers(self, names: Iterable[Hashable]) -> Numbers:
        """The numbers of those that somebody added."""
        found = np.array([-1 if number is None else number for number in map(self.number.get, names)], np.int64)
        return found[found >= 0]

    def names(self, numbers: Numbers) -> Iterator[Hashable]:
        """Their names."""
        return (self._adds[number].invoke.value for number in numbers)

    def note_presence(self, read: Operation) -> None:
        """Notes what a read had."""
        had = self.numbers(read.value)
        self.known[had] = np.minimum(self.known[had], read.ended)
        self.last_present[had] = np.maximum(self.last_present[had], read.began)

    def note_absences(self, reads: Sequence[Operation]) -> None:
        """Notes what each read lacked of that which was known before it began; all presences have been noted."""
        order = np.argsort(self.known, kind="stable")
        known = self.known[order]
        for read in sorted(reads, key=lambda read: read.began):
            due = order[: np.searchsorted(known, read.began)]
            if len(due):
                lacked = np.ones(len(self.known), bool)
                lacked[self.numbers(read.value)] = False
                self.last_absent[due[lacked[due]]] = read.began

    def witnesses(self, numbers: Numbers, reads: Sequence[Operation]) -> tuple[Operation, ...]:
        """The additions of those elements and the latest reads that lacked them."""
        by_beginning = {read.began: read for read in reads}
        found = [self._adds[number] for number in numbers]
        found += [by_beginning[began] for began in sorted(set(self.last_absent[numbers].tolist()))]
        return tuple(sorted(found, key=lambda operation: operation.invoke.index))


def _look(reads: Sequence[Operation], elements: _Elements) -> tuple[list[Anomaly], set[Hashable]]:
    """Notes in the elements which read had them; gives what is wrong with a read by itself."""
    found: list[Anomaly] = []
    invented: set[Hashable] = set()
    possible = elements.number.keys() - elements.impossible
    for read in sorted(reads, key=lambda read: read.ended):
        value = read.value
        held = set(value)
        if len(held) < len(value):
            found.append(Anomaly("duplicated", f"a read held {len(value) - len(held)} elements twice", (read,)))
        if unexpected := held - possible:
            invented.update(unexpected)
            sentence = f"a read held {len(unexpected)} elements that nobody added: {few(unexpected)}"
            found.append(Anomaly("unexpected", sentence, (read,)))
        elements.note_presence(read)
    return found, invented
