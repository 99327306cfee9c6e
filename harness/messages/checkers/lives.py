"""When something was done to a node: between two such moments it is the same process, in the same surroundings."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.events import NEMESIS, NEVER, UNDO, Event, takes
from harness.taken import Taken

Touched = Mapping[str, Sequence[int]]


def touched(events: Sequence[Event]) -> Touched:
    """By node the indices of the events that say that a fault is done to it, or undone."""
    return _at(_of_faults(events))


def ended(events: Sequence[Event]) -> Touched:
    """By node the indices of the events that say that a fault which takes its process is done to it, or undone."""
    return _at(event for event in _of_faults(events) if Taken.PROCESS in takes(event))


def _at(events: Iterable[Event]) -> Touched:
    indices: defaultdict[str, list[int]] = defaultdict(list)
    for event in events:
        for node in event.value["nodes"]:
            indices[node].append(event.index)
    return dict(indices)


def silent(events: Sequence[Event]) -> Mapping[str, Sequence[tuple[int, int]]]:
    """By node from which index to which one it surely answered nobody: a fault was done, and not yet being undone."""
    spans: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    since: dict[tuple[str, str], int] = {}
    for event in _of_faults(events):
        fault, phase = event.f.removeprefix(UNDO), event.value["phase"]
        for node in event.value["nodes"]:
            if phase == "end" and fault == event.f and Taken.ANSWERS in takes(event):
                since.setdefault((node, fault), event.index)
            elif phase == "begin" and fault != event.f and (node, fault) in since:
                spans[node].append((since.pop((node, fault)), event.index))
    for (node, _), index in since.items():
        spans[node].append((index, NEVER))
    return dict(spans)


def _of_faults(events: Sequence[Event]) -> Iterator[Event]:
    """The events with which a fault, or its undoing, begins and ends."""
    for event in events:
        if event.process == NEMESIS and isinstance(event.value, dict) and "phase" in event.value:
            yield event


def life(at: Touched, node: str | None, begin: int, end: int) -> int | None:
    """The number of the life in which the node was from the one index to the other; None if it was not the same."""
    moments = at.get(node or "", ())
    number = bisect(moments, begin)
    return number if number == bisect(moments, end) else None
