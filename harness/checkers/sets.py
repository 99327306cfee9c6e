"""Set: every element whose addition was acknowledged is there, at the end and at every moment before it.

Operations: `add` an element (any JSON scalar); `read` ok: the elements. Definitions after Jepsen (checker.clj, `set`
and `set-full`). `at_the_end` is linear in the history; `over_time` in the history and the sizes of all reads together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from harness.checkers.verdict import Anomaly, Verdict, judged, unknown
from harness.events import Event, Operation, operations

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
        sentence = f"{len(lost)} of {len(acknowledged)} acknowledged elements were not in the final read: {_few(lost)}"
        found.append(Anomaly("lost", sentence, (*(acknowledged[e] for e in sorted(lost, key=str)), final)))
    if unexpected:
        sentence = f"{len(unexpected)} elements were read that nobody added: {_few(unexpected)}"
        found.append(Anomaly("unexpected", sentence, (final,)))
    recovered = len((read & attempted.keys()) - acknowledged.keys())
    return judged(found, {"acknowledged": len(acknowledged), "lost": len(lost), "recovered": recovered})


@dataclass(slots=True)
class _Element:
    """What the history says of one element; times in nanoseconds, below 0 for never."""

    add: Operation | None
    possible: bool
    known: int = -1
    last_present: int = -1
    last_absent: int = -1
    absent_read: Operation | None = None


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
    elements = _elements(history)
    found, invented = _look(reads, elements)
    known = {name: element for name, element in elements.items() if element.known >= 0}
    lost = [name for name, element in known.items() if element.last_absent > element.last_present]
    seen = {name: element for name, element in known.items() if element.last_present > element.last_absent}
    stale = [name for name, element in seen.items() if element.last_absent >= 0]
    latencies = [max(0, element.last_absent - element.known) for element in seen.values()]
    if lost:
        sentence = f"{len(lost)} of {len(known)} known elements were gone from some moment on: {_few(lost)}"
        found.append(Anomaly("lost", sentence, _witnesses(elements, lost)))
    if stale and linearizable:
        sentence = (
            f"{len(stale)} of {len(known)} known elements were missing in a read, and there again later: {_few(stale)}"
        )
        found.append(Anomaly("stale", sentence, _witnesses(elements, stale)))
    return judged(
        found,
        {
            "known": len(known),
            "lost": len(lost),
            "stale": len(stale),
            "never_read": len(known) - len(seen) - len(lost),
            "unexpected": len(invented),
            "stable_latency_s": _quantiles(latencies),
        },
    )


def _elements(history: Iterable[Operation]) -> dict[Hashable, _Element]:
    elements: dict[Hashable, _Element] = {}
    for add in history:
        if add.f != "add":
            continue
        name = add.invoke.value
        element = elements.get(name)
        if element is None:
            element = elements[name] = _Element(add, False)
        outcome = add.outcome
        element.possible |= outcome != "fail"
        if outcome == "ok" and (element.known < 0 or add.ended < element.known):
            element.known, element.add = add.ended, add
    return elements


def _look(reads: Sequence[Operation], elements: dict[Hashable, _Element]) -> tuple[list[Anomaly], set[Hashable]]:
    """Notes in the elements which read had and lacked them; gives what is wrong with a read by itself."""
    found: list[Anomaly] = []
    invented: set[Hashable] = set()
    for read in sorted(reads, key=lambda read: read.ended):
        value = read.value
        held = set(value)
        if len(held) < len(value):
            found.append(Anomaly("duplicated", f"a read held {len(value) - len(held)} elements twice", (read,)))
        if unexpected := [name for name in held if name not in elements or not elements[name].possible]:
            invented.update(unexpected)
            sentence = f"a read held {len(unexpected)} elements that nobody added: {_few(unexpected)}"
            found.append(Anomaly("unexpected", sentence, (read,)))
        for name in held:
            if element := elements.get(name):
                if element.known < 0 or read.ended < element.known:
                    element.known = read.ended
                if read.began > element.last_present:
                    element.last_present = read.began
    _note_absences(reads, elements)
    return found, invented


def _note_absences(reads: Sequence[Operation], elements: dict[Hashable, _Element]) -> None:
    """Only an element that was known before a read began can be missing in it; most reads then lack none."""
    coming = sorted((element.known, number, name) for number, (name, element) in enumerate(elements.items()))
    coming = [entry for entry in reversed(coming) if entry[0] >= 0]
    known: set[Hashable] = set()
    for read in sorted(reads, key=lambda read: read.began):
        while coming and coming[-1][0] < read.began:
            known.add(coming.pop()[2])
        for name in known.difference(read.value):
            elements[name].last_absent, elements[name].absent_read = read.began, read


def _witnesses(elements: dict[Hashable, _Element], names: Sequence[Hashable]) -> tuple[Operation, ...]:
    operations: dict[int, Operation] = {}
    for name in names:
        for operation in (elements[name].add, elements[name].absent_read):
            if operation:
                operations[operation.invoke.index] = operation
    return tuple(operations[index] for index in sorted(operations))


def _quantiles(latencies: list[int]) -> dict[str, float]:
    """Nearest rank, in seconds."""
    ordered = sorted(latencies)
    return {str(q): ordered[min(len(ordered) - 1, int(q * len(ordered)))] / 1e9 for q in QUANTILES if ordered}


def _few(names: Iterable[Hashable]) -> str:
    shown = sorted(map(str, names))
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
