"""Runs a process that may not end by itself: with a deadline, limits of its own, and its output in a file."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

#: For how long a process that was interrupted may tell what it has found out, in seconds.
_GRACE_S = 60
_LAST_READ = 65536
_GIGABYTE = 1024**3
#: The largest file that it may write, and the most memory of its own.
_FILE_BYTES = 2 * _GIGABYTE
_MEMORY_BYTES = 8 * _GIGABYTE


def run(command: Sequence[str], output: Path, *, time_s: float, small: bool = True) -> int | None:
    """Runs a command to its end and gives its exit status; None if its time was over first.

    Then it is interrupted as by Ctrl-C, and killed with its whole group if that does not help.

    Args:
        command: the program and its arguments.
        output: the file that gets all it prints.
        time_s: its time, in seconds.
        small: whether its memory is limited, too: not if it starts servers beneath itself.
    """
    with output.open("wb") as file:
        process = _started(command, file)
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
            if small:
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
        try:
            return process.wait(time_s)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE_S)
            return None
        finally:
            # Also what it left of its group, and if this process itself is interrupted.
            _signal(process, signal.SIGKILL)
            process.wait()


def last_line(output: Path) -> str:
    """The last line that a process printed, in which a run says why it can't be."""
    with output.open("rb") as file:
        file.seek(max(0, output.stat().st_size - _LAST_READ))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    said = [line.strip("! ").removeprefix("_pytest.outcomes.Exit: ") for line in lines if line.strip("!= ")]
    return said[-1] if said else "it printed nothing"


def _started(command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
    )


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
