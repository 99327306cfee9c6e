"""The events of a history and its operations, and how these are paired: pure data, nothing is read or recorded."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

from harness.errors import HistoryError as HistoryError
from harness.taken import Taken, taken_before_it_was_said

Type = Literal["invoke", "ok", "fail", "info"]
NEMESIS = "nemesis"
#: What the name of an event begins with that undoes a fault.
UNDO = "undo-"
#: The event that says which scenario a history is of, by its id, and with which options it ran.
SCENARIO = "scenario"
#: A time after every other, in nanoseconds.
NEVER = 1 << 62
_TYPES = frozenset(get_args(Type))


# Tuples, not data classes: a history may have millions, and these are made and read three times as fast.
class Event(NamedTuple):
    """One line of a history. `time` is in monotonic nanoseconds, of the recorder's clock."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs of an event
    process: int | str
    type: Type
    f: str
    value: Any
    time: int
    error: str | None = None


def begins_with_its_role(node: str, role: str) -> bool:
    """Whether a node's name is its role, or that with a number, as in "logging-2"."""
    return role in (node, node.rpartition("-")[0])


class Operation(NamedTuple):
    """An operation of a client: its invocation and what came of it.

    Attributes:
        invoke: how it began.
        completion: how it ended; None while it is under way (or if the recorder died).
        f: what kind of operation it is.
        outcome: ok, fail or info; an operation that was never completed is info.
    """

    invoke: Event
    completion: Event | None
    f: str
    outcome: Type

    @property
    def began(self) -> int:
        """The moment at which the operation was invoked, in monotonic nanoseconds."""
        return self.invoke.time

    @property
    def ended(self) -> int:
        """The moment of its completion, in monotonic nanoseconds; far beyond any time if it never was completed."""
        return self.completion.time if self.completion else NEVER

    @property
    def value(self) -> Any:
        """The value that an ok operation returned; of any other one, the value that it was invoked with."""
        return self.completion.value if self.completion and self.outcome == "ok" else self.invoke.value


class Events(tuple[Event, ...]):
    """An immutable history; its operations are paired, and so validated, once."""

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All operations in the order of their invocations; see `operations`."""
        return _paired(self)

    def before(self, index: int) -> Events:
        """The events that were recorded before the one of that index."""
        return self._sharing_operations(Events(self[:index]), but=self[index:])

    def and_then(self, more: Sequence[Event]) -> Events:
        """These, followed by what was recorded since."""
        return self._sharing_operations(Events((*self, *more)), but=more)

    def _sharing_operations(self, others: Events, *, but: Sequence[Event]) -> Events:
        """Others that differ in these only; they need no pairing of their own if none of these is an operation's."""
        if "operations" in vars(self) and all(event.process == NEMESIS for event in but):
            others.operations = self.operations
        return others


def operations(events: Iterable[Event]) -> tuple[Operation, ...]:
    """The operations in the order of their invocations; nemesis events are left out.

    Raises:
        HistoryError: an event out of time or index order, a completion without an invocation, or a second invocation
            of a process whose operation is under way or unknown.
    """
    return events.operations if isinstance(events, Events) else _paired(events)


def answered(operation: Operation) -> int:
    """The index of an operation's completion; after every other if it has none. Times may be equal, never indices."""
    return operation.completion.index if operation.completion else NEVER


def steps(history: Sequence[Operation]) -> Iterator[tuple[Operation, bool]]:
    """The invocations and completions of a history in the order of the events, with True for a completion."""
    moments = [(operation.invoke.index, operation, False) for operation in history]
    moments += [(operation.completion.index, operation, True) for operation in history if operation.completion]
    for _, operation, ended in sorted(moments, key=lambda step: step[0]):
        yield operation, ended


def faults(events: Iterable[Event]) -> list[Event]:
    """The event with which each fault begins, in order; its value holds `nodes`, and `why` if it is known."""
    return [
        event
        for event in events
        if event.process == NEMESIS
        and isinstance(event.value, dict)
        and event.value.get("phase") == "begin"
        and not event.f.startswith(UNDO)
    ]


def in_words(fault: Event) -> str:
    """A fault in words: what was done to whom, such as "kill kafka-2"."""
    return f"{fault.f} {', '.join(fault.value['nodes'])}"


def takes(fault: Event) -> frozenset[Taken]:
    """What a fault takes from each of its nodes, by an event with which it, or its undoing, begins or ends."""
    if "takes" not in fault.value:
        return taken_before_it_was_said(fault.f.removeprefix(UNDO))
    return frozenset(map(Taken, fault.value["takes"]))


def done(fault: Event, events: Iterable[Event]) -> Event:
    """The event that says that a fault had been done, with which it surely had bitten; the fault's own if none does."""
    ends = (event for event in _of_its_nodes(fault, fault.f, events) if event.value.get("phase") == "end")
    return next(ends, fault)


def undone(fault: Event, events: Iterable[Event]) -> int:
    """The moment at which the fault was undone, in monotonic nanoseconds; far beyond any time if it never was."""
    return next((event.time for event in _of_its_nodes(fault, UNDO + fault.f, events)), NEVER)


def _of_its_nodes(fault: Event, f: str, events: Iterable[Event]) -> Iterator[Event]:
    """The events of that name after a fault that are about the same nodes."""
    return (
        event
        for event in events
        if event.index > fault.index
        and event.process == NEMESIS
        and event.f == f
        and isinstance(event.value, dict)
        and event.value.get("nodes") == fault.value["nodes"]
    )


def _paired(events: Iterable[Event]) -> tuple[Operation, ...]:
    pairing = Pairing()
    take = pairing.take
    with _collector_at_rest():
        try:
            for event in events:
                take(event)
        except HistoryError as error:
            raise HistoryError(f"line {pairing.taken + 1}: {error}") from None
        return pairing.operations


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Puts garbage collection off: it would look at millions of tuples that all stay, half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Pairing:
    """Finds for each invocation its completion, event by event."""

    def __init__(self) -> None:
        self.taken = 0
        self._last = Event(-1, NEMESIS, "info", "", None, 0)
        self._invocations: list[Event] = []
        self._completions: list[Event | None] = []
        # By process the place of the operation it is in; below 0 if it has retired.
        self._busy: dict[int | str, int] = {}

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations found so far, in the order of their invocations."""
        return tuple(
            Operation(invoke, completion, invoke.f, completion.type if completion else "info")
            for invoke, completion in zip(self._invocations, self._completions, strict=True)
        )

    def take(self, event: Event) -> None:
        """Takes the next event in.

        Raises:
            HistoryError: it can't come next.
        """
        if event.time < self._last.time or event.index <= self._last.index:
            raise HistoryError(
                f"index {event.index} at time {event.time} is out of order: "
                f"index {self._last.index} at time {self._last.time} is before it"
            )
        if event.type == "invoke":
            self._begin(event)
        elif event.process != NEMESIS:
            self._end(event)
        elif event.type != "info":
            raise HistoryError(f"type {event.type!r} of process {NEMESIS!r}, whose events are info")
        self._last = event
        self.taken += 1

    def _begin(self, event: Event) -> None:
        place = self._busy.setdefault(event.process, len(self._invocations))
        if event.process == NEMESIS:
            raise HistoryError(f"type 'invoke' of process {NEMESIS!r}, whose events are info")
        if place != len(self._invocations):
            why = "has retired, as nobody knows what became of" if place < 0 else "is still in"
            raise HistoryError(f"process {event.process} invokes {event.f}, but it {why} an earlier operation")
        self._invocations.append(event)
        self._completions.append(None)

    def _end(self, event: Event) -> None:
        if event.type not in _TYPES:
            raise HistoryError(f"type {event.type!r} is none of invoke, ok, fail, info")
        place = self._busy.get(event.process, -1)
        if place < 0 or self._invocations[place].f != event.f:
            raise HistoryError(f"process {event.process} completes {event.f} ({event.type}), which it is not in")
        self._completions[place] = event
        if event.type == "info":
            self._busy[event.process] = -1
        else:
            del self._busy[event.process]
