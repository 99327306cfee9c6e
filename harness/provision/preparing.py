"""Runs what prepares a server so that neither processes nor folders of it are left, whatever ends it.

It works in a scratch folder of the machine's temporary one. Whoever works there holds the lock of its marker; a folder
whose lock is free was left by a run that was killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from harness.claim import Marker
from harness.errors import EnvironmentUnfitError
from harness.processes import everyone, kill_all

_TIMEOUT_S = 400.0
_GONE_TIMEOUT_S = 5.0
_LAST_LINES = 12
_PREFIX = "harness-preparing-"
#: The scripts that run now, for `end_all`.
_running: list[subprocess.Popen[str]] = []
_MARKER = Marker(
    name=".harness-scratch",
    text=b"The fault-tolerance harness prepares something here, and removes the folder afterwards.\n",
    option="TMPDIR",
)


def prepare(script: Path, arguments: Sequence[str], where: Mapping[str, str]) -> None:
    """Runs a script to its end; see `run`."""
    run(f"{script.name} {' '.join(arguments)}", [sys.executable, str(script), *arguments], where)


def run(what: str, command: Sequence[str], where: Mapping[str, str], folder: Path | None = None) -> str:
    """Runs a command to its end, and gives what it said.

    Args:
        what: the command's name for a person.
        command: the program and its arguments.
        where: its environment, beside PATH and TMPDIR.
        folder: where it runs; by default where the harness does.

    Raises:
        EnvironmentUnfitError: it failed, with what it says, or took too long.
    """
    with _scratch() as (scratch, lock):
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "TMPDIR": str(scratch), **where},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=[lock],
        )
        _running.append(process)
        try:
            said, _ = process.communicate(timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired as error:
            raise EnvironmentUnfitError(f"{what} took longer than {_TIMEOUT_S:g} s") from error
        finally:
            _running.remove(process)
            _kill(process)
            process.communicate()
    if process.returncode:
        raise EnvironmentUnfitError(said.strip())
    return said


def last_lines(error: EnvironmentUnfitError) -> str:
    """The end of what a command said that failed, for a message."""
    return "\n".join(f"  {line}" for line in str(error).splitlines()[-_LAST_LINES:])


def sweep_scratch() -> None:
    """Removes the scratch folders that nobody works in any more, and ends what still runs there."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if folder.is_symlink() or not _MARKER.marks(folder):
            continue
        with suppress(FileNotFoundError):  # whoever made it removes it just now
            lock, left = _MARKER.claim(folder)
            if left:
                kill_all(_working_in(folder), timeout_s=_GONE_TIMEOUT_S)
                shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


@contextmanager
def _scratch() -> Iterator[tuple[Path, int]]:
    """A scratch folder and its lock."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock, _ = _MARKER.claim(folder)
    try:
        # A server that gives up root goes on as a user who has to get through to its own folder.
        folder.chmod(0o711)
        yield folder, lock
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def end_all() -> None:
    """Kills the scripts that run now, in whichever thread: whoever waits for one is told that it failed."""
    for process in tuple(_running):
        _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    """Kills a script, if it runs, and all that it started: its servers are in sessions of their own."""
    if process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            kill_all(psutil.Process(process.pid).children(recursive=True), timeout_s=_GONE_TIMEOUT_S)
        process.kill()


def _working_in(folder: Path) -> list[psutil.Process]:
    """The servers that have their data in a scratch folder."""
    servers = []
    for process in everyone():
        with suppress(psutil.Error, OSError):
            if Path(process.environ().get("HARNESS_DATA", "/")).is_relative_to(folder):
                servers.append(process)
    return servers
