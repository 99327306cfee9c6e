"""The history of a scenario: every operation, fault and cluster event on one time axis, as JSON lines.

Field names are Jepsen's: `index`, `process`, `type` (invoke, ok, fail, info), `f`, `value`, `time` (monotonic
nanoseconds), and `error` where there is one. `ok`: it happened. `fail`: it certainly did not. `info`: unknown, it may
take effect at any later time; the process that saw it retires and its client goes on under a new number. Faults and
what the clusters did after them are of process "nemesis" and type "info".

A history is recorded by the clients, never by a node that may be killed, and each line is written at once: a SIGKILL of
the recorder loses at most the last line. Not for judging: checkers do that, from what `read` returns.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from harness.errors import BadInputError

Type = Literal["invoke", "ok", "fail", "info"]
NEMESIS = "nemesis"
_TYPES = frozenset({"invoke", "ok", "fail", "info"})


class HistoryError(BadInputError):
    """A history that can't be read; names the line and the reason."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line. `time` is in monotonic nanoseconds, of the recorder's clock."""

    index: int
    process: int | str
    type: Type
    f: str
    value: Any
    time: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An invocation and what came of it; `completion` is None while it is under way (or if the recorder died)."""

    invoke: Event
    completion: Event | None

    @property
    def outcome(self) -> Type:
        """ok, fail or info; an operation that was never completed is info."""
        return self.completion.type if self.completion else "info"

    @property
    def value(self) -> Any:
        """What it returned if it is ok, else what it was invoked with."""
        return self.completion.value if self.completion and self.outcome == "ok" else self.invoke.value


class Invoked:
    """An operation under way; exactly one of its methods is to be called."""

    __slots__ = ("_f", "_history", "_process", "_value")

    def __init__(self, history: History, process: int, f: str, value: Any) -> None:
        self._history = history
        self._process = process
        self._f = f
        self._value = value

    def ok(self, value: Any = None) -> None:
        """It happened, and returned `value`."""
        self._history.record(self._process, "ok", self._f, value)

    def fail(self, error: str) -> None:
        """It certainly did not happen."""
        self._history.record(self._process, "fail", self._f, self._value, error)

    def info(self, error: str) -> None:
        """Nobody knows; its process must not be used again."""
        self._history.record(self._process, "info", self._f, self._value, error)


class History:
    """A recorder; safe to use from several threads. A context manager."""

    def __init__(self, path: Path) -> None:
        # One write per line to a file opened for appending: the kernel has it even if this process is killed.
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)
        self._lock = threading.Lock()
        self._events: list[Event] = []

    @classmethod
    def open(cls, path: Path) -> History:
        """Begins a new history at `path`."""
        return cls(path)

    def invoke(self, process: int, f: str, value: Any = None) -> Invoked:
        """Records that a process begins an operation."""
        self.record(process, "invoke", f, value)
        return Invoked(self, process, f, value)

    def event(self, f: str, value: Any) -> None:
        """Records a fault or something that the clusters did."""
        self.record(NEMESIS, "info", f, value)

    def record(self, process: int | str, type_: Type, f: str, value: Any, error: str | None = None) -> None:
        """Appends one event at the present time."""
        with self._lock:
            event = Event(len(self._events), process, type_, f, value, time.monotonic_ns(), error)
            os.write(self._file, _line(event))
            self._events.append(event)

    @property
    def events(self) -> Sequence[Event]:
        """What was recorded so far."""
        with self._lock:
            return tuple(self._events)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._file)

    def __enter__(self) -> History:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _line(event: Event) -> bytes:
    fields: dict[str, Any] = {
        "index": event.index,
        "time": event.time,
        "process": event.process,
        "type": event.type,
        "f": event.f,
        "value": event.value,
    }
    if event.error is not None:
        fields["error"] = event.error
    return (json.dumps(fields, separators=(",", ":")) + "\n").encode()


def read(path: Path) -> tuple[Event, ...]:
    """The events of a history file, checked by `operations`.

    Raises:
        HistoryError: a line is malformed or the events don't pair up; a last line that was cut off is one too.
    """
    events = tuple(_parse(line, number, path) for number, line in enumerate(path.read_bytes().splitlines(), start=1))
    operations(events)
    return events


def _parse(line: bytes, number: int, path: Path) -> Event:
    try:
        fields = json.loads(line)
        event = Event(
            index=fields["index"],
            process=fields["process"],
            type=fields["type"],
            f=fields["f"],
            value=fields["value"],
            time=fields["time"],
            error=fields.get("error"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise HistoryError(f"{path}, line {number}: not an event ({type(error).__name__}: {error})") from error
    if event.type not in _TYPES:
        raise HistoryError(f"{path}, line {number}: type {event.type!r} is none of invoke, ok, fail, info")
    return event


def operations(events: Sequence[Event]) -> tuple[Operation, ...]:
    """The operations in the order of their invocations; nemesis events are left out.

    Raises:
        HistoryError: an event out of time or index order, a completion without an invocation, or a second invocation
            of a process whose operation is under way or unknown.
    """
    found: list[Operation] = []
    open_: dict[int | str, int] = {}
    retired: set[int | str] = set()
    for line, (event, before) in enumerate(_with_previous(events), start=1):
        if before and (event.time < before.time or event.index <= before.index):
            raise HistoryError(f"line {line}: out of order, as the line before is of time {before.time}")
        if event.process == NEMESIS:
            continue
        if event.type == "invoke":
            if event.process in open_ or event.process in retired:
                raise HistoryError(f"line {line}: process {event.process} invokes {event.f} before its last one ended")
            open_[event.process] = len(found)
            found.append(Operation(event, None))
            continue
        position = open_.pop(event.process, None)
        if position is None or found[position].invoke.f != event.f:
            raise HistoryError(f"line {line}: process {event.process} completes {event.f}, which it did not invoke")
        found[position] = Operation(found[position].invoke, event)
        if event.type == "info":
            retired.add(event.process)
    return tuple(found)


def _with_previous(events: Sequence[Event]) -> Iterator[tuple[Event, Event | None]]:
    before = None
    for event in events:
        yield event, before
        before = event
