"""Finding and removing what sessions made: processes by their environment, containers and networks by their labels.

Shared by the watchdog (its own session, when the owner is gone) and the sweep (every session whose owner is gone).
"""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from harness.backends.session import (
    LABEL_HOST,
    LABEL_OWNER_PID,
    LABEL_OWNER_STARTED,
    LABEL_SESSION,
    Session,
    variables,
)
from harness.errors import EnvironmentUnfitError

_LABELS = (LABEL_SESSION, LABEL_HOST, LABEL_OWNER_PID, LABEL_OWNER_STARTED)
#: The label for each environment variable.
_VARIABLES = {name: label for label in _LABELS for name in variables({label: ""})}


@dataclass(frozen=True)
class Removed:
    """How much one pass found and removed."""

    processes: int = 0
    containers: int = 0
    networks: int = 0

    def __bool__(self) -> bool:
        return bool(self.processes or self.containers or self.networks)

    def __str__(self) -> str:
        counts = {"process": self.processes, "container": self.containers, "network": self.networks}
        return ", ".join(_counted(number, noun) for noun, number in counts.items() if number) or "nothing"


def remove_left(wanted: Callable[[Session], bool]) -> Removed:
    """One pass: kills and removes everything of the sessions that are wanted; asks the engine only if one answers.

    Raises:
        EnvironmentUnfitError: the engine answered, but failed to remove something.
    """
    processes = processes_of(wanted)
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    # A process that is gone is a zombie until its parent looks, or is waiting for a disk: the next pass tells.
    psutil.wait_procs(processes, timeout=1.0)
    containers, networks = _remove_from_engine(wanted)
    return Removed(len(processes), containers, networks)


def processes_of(wanted: Callable[[Session], bool]) -> list[psutil.Process]:
    """Local processes of those sessions and their descendants; never this process or one that it descends from."""
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            session = _session_of(process)
            if session is not None and wanted(session):
                found |= {one.pid: one for one in (process, *process.children(recursive=True))}
    return [process for pid, process in found.items() if pid not in spared]


def remove_folders(session_id: str) -> None:
    """Removes the session's temporary folders."""
    for folder in glob.glob(f"{glob.escape(tempfile.gettempdir())}/harness-{glob.escape(session_id)}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def log_of(session_id: str) -> Path:
    """The log of the session's watchdog; it stays only where cleaning up did not succeed."""
    return Path(tempfile.gettempdir()) / f"harness-watchdog-{session_id}.log"


def _session_of(process: psutil.Process) -> Session | None:
    environment = process.environ()
    return Session.from_labels(
        {label: environment[variable] for variable, label in _VARIABLES.items() if variable in environment}
    )


def _remove_from_engine(wanted: Callable[[Session], bool]) -> tuple[int, int]:
    # Imported late: the watchdog of a run without an engine never needs the SDK.
    from harness.backends import engine

    try:
        client = engine.connect()
    except EnvironmentUnfitError:
        return 0, 0
    with contextlib.closing(client):
        left = engine.owned(client, wanted)
        engine.remove(client, left)
    return len(left.containers), len(left.networks)


def _counted(number: int, noun: str) -> str:
    plural = {"process": "processes"}.get(noun, f"{noun}s")
    return f"{number} {noun if number == 1 else plural}"
