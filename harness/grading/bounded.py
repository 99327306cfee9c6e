"""Runs processes that may not end by themselves: with a deadline, limits of their own, and their output in a file."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import IO

from harness.errors import HarnessError

#: For how long a process that was interrupted may tell what it has found out, in seconds.
_GRACE_S = 60
_LAST_READ = 65536
_GIGABYTE = 1024**3
#: The largest file that it may write, and the most memory of its own.
_FILE_BYTES = 2 * _GIGABYTE
_MEMORY_BYTES = 8 * _GIGABYTE


class StoppedError(HarnessError):
    """A process was ended as everything is to end; what it did counts for nothing."""


class Runner:
    """Runs processes, several at a time, until it is stopped."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False
        self._lock = Lock()

    def run(self, command: Sequence[str], output: Path, *, time_s: float, small: bool = True) -> int | None:
        """Runs a command to its end and gives its exit status; None if its time was over first.

        Then it is interrupted as by Ctrl-C, and killed with its whole group if that does not help.

        Args:
            command: the program and its arguments.
            output: the file that gets all it prints.
            time_s: its time, in seconds.
            small: whether its memory is limited, too: not if it starts servers beneath itself.

        Raises:
            StoppedError: `stop` was called.
        """
        with output.open("wb") as file:
            process = self._start(command, file)
            try:
                _limit(process.pid, small=small)
                status = _waited(process, time_s)
            finally:
                # Also what it left of its group.
                _signal(process, signal.SIGKILL)
                process.wait()
                self._running.discard(process)
        if self._stopped:
            raise StoppedError(f"{command[0]} was ended")
        return status

    def stop(self) -> None:
        """Kills all that runs, and has nothing run any more; their watchdogs remove what they have started."""
        with self._lock:
            self._stopped = True
            for process in tuple(self._running):
                _signal(process, signal.SIGKILL)

    def _start(self, command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise StoppedError(f"{command[0]} was not started")
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
            self._running.add(process)
            return process


def _limit(process: int, *, small: bool) -> None:
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
        if small:
            resource.prlimit(process, resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))


def _waited(process: subprocess.Popen[bytes], time_s: float) -> int | None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(time_s)
    _signal(process, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_S)
    return None


def last_line(output: Path) -> str:
    """The last line that a process printed, in which a run says why it can't be."""
    with output.open("rb") as file:
        file.seek(max(0, output.stat().st_size - _LAST_READ))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    said = [line.strip("! ").removeprefix("_pytest.outcomes.Exit: ") for line in lines if line.strip("!= ")]
    return said[-1] if said else "it printed nothing"


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
