"""Records the history of a scenario: every operation, fault and cluster event on one time axis, as JSON lines.

Field names are Jepsen's: `index`, `time` (monotonic nanoseconds), `process`, `type` (invoke, ok, fail, info), `f`,
`value`, and `error` where there is one. `ok`: it happened. `fail`: it certainly did not. `info`: unknown, it may take
effect at any later time; the process that saw it retires and its client goes on under a new number (`Client` does
that). Faults and what the clusters did after them are of process "nemesis" and type "info".

A history is recorded by the clients, never by a node that may be killed, and each line is written at once: a SIGKILL of
the recorder loses at most the last line. If a line can't be written, the history ends with the one before it, readable,
and recording is an error from then on: what happened later would make no sense without it. Reading and judging are done
elsewhere: `harness.events`, `harness.checkers`.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.checkers.verdict import Verdict
from harness.errors import EnvironmentUnfitError
from harness.events import NEMESIS, Event, Events, HistoryError, Type

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Invoked:
    """An operation under way; exactly one of `ok`, `fail` and `info` is to be called."""

    __slots__ = ("_f", "_history", "_value", "completed", "process")

    def __init__(self, history: History, process: int, f: str, value: Any) -> None:
        self._history = history
        self._f = f
        self._value = value
        self.process = process
        self.completed: Type | None = None

    def ok(self, value: Any = None) -> None:
        """Records that the operation happened, and returned `value`."""
        self._complete("ok", value, None)

    def fail(self, error: str) -> None:
        """Records that the operation certainly did not happen."""
        self._complete("fail", self._value, error)

    def info(self, error: str, **known: object) -> None:
        """Records that nobody knows whether it happened; its process must not be used again.

        What is `known` of it all the same is recorded with the value that it was invoked with, which is an object then.
        """
        self._complete("info", {**self._value, **known} if known else self._value, error)

    def _complete(self, type_: Type, value: Any, error: str | None) -> None:
        if self.completed:
            raise HistoryError(f"{self._f} of process {self.process} is {type_}, but was {self.completed} before")
        self._history.record(self.process, type_, self._f, value, error)
        self.completed = type_


class Client:
    """One sequential client; after an unknown outcome it goes on as a new process."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._last: Invoked | None = None

    def invoke(self, f: str, value: Any = None) -> Invoked:
        """Begins an operation; the client's previous one has to be completed."""
        retired = self._last is None or self._last.completed == "info"
        process = self._history.new_process() if self._last is None or retired else self._last.process
        self._last = self._history.invoke(process, f, value)
        return self._last


class History:
    """The recorder of a scenario's history; safe to use from several threads. A context manager."""

    def __init__(self, path: Path) -> None:
        """Begins a new history.

        Raises:
            EnvironmentUnfitError: the file can't be made.
        """
        # One write per line to a file opened for appending: the kernel has it even if this process is killed.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW
        try:
            self._file = os.open(path, flags, 0o644)
        except OSError as error:
            raise EnvironmentUnfitError(f"the history {path} can't be made: {error.strerror}") from error
        self._path = path
        self._length = 0
        self._failed = ""
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._read = Events()
        #: Of the checks that are recorded here, by the index of their event: each is judged once.
        self.verdicts: dict[int, Verdict] = {}
        self._processes = itertools.count(1)

    @classmethod
    def open(cls, path: Path) -> History:
        """Begins a new history at `path`."""
        return cls(path)

    def client(self) -> Client:
        """A new client whose operations this history records."""
        return Client(self)

    def new_process(self) -> int:
        """A process number that was not given out before."""
        return next(self._processes)

    def invoke(self, process: int, f: str, value: Any = None) -> Invoked:
        """Records that a process begins an operation."""
        self.record(process, "invoke", f, value)
        return Invoked(self, process, f, value)

    def event(self, f: str, value: Any) -> Event:
        """Records a fault, something that the clusters did, or what is demanded of this history."""
        return self.record(NEMESIS, "info", f, value)

    def record(self, process: int | str, type_: Type, f: str, value: Any, error: str | None = None) -> Event:
        """Appends one event at the present time.

        Raises:
            EnvironmentUnfitError: the line, or one before it, could not be written.
            TypeError, ValueError: the value is no JSON; nothing was recorded.
        """
        fields = {"process": process, "type": type_, "f": f, "value": value}
        rest = _encode(fields if error is None else {**fields, "error": error})[1:]
        with self._lock:
            event = Event(len(self._events), process, type_, f, value, time.monotonic_ns(), error)
            line = f'{{"index":{event.index},"time":{event.time},{rest}\n'.encode()
            self._write(line)
            self._events.append(event)
        return event

    def _write(self, line: bytes) -> None:
        """Writes the whole line or nothing of it."""
        if self._failed:
            raise EnvironmentUnfitError(self._failed)
        try:
            written = os.write(self._file, line)
            if written != len(line):
                raise OSError(errno.ENOSPC, "it took only a part of the line; is the disk full?")
        except OSError as error:
            self._failed = f"the history {self._path} can't be written any more: {error.strerror}"
            # What can't be cut off stays as half a line, which readers know as the last thing of a killed recorder.
            with suppress(OSError):
                os.ftruncate(self._file, self._length)
            raise EnvironmentUnfitError(self._failed) from error
        self._length += written

    @property
    def events(self) -> Events:
        """All events that were recorded so far."""
        with self._lock:
            if more := self._events[len(self._read) :]:
                self._read = self._read.and_then(more)
            return self._read

    def since(self, index: int) -> Sequence[Event]:
        """The events that were recorded from that index on."""
        with self._lock:
            return self._events[index:]

    def close(self) -> None:
        """Closes the file; recording is an error from then on."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def __enter__(self) -> History:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
