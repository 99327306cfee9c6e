"""Finds and removes what sessions made: processes by their environment, containers and networks by their labels.

Shared by the watchdog (its own session, when the owner is gone) and the sweep (every session whose owner is gone).
"""

from __future__ import annotations

import contextlib
import os
import pwd
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import psutil

from harness.backends import engines_journal
from harness.backends.session import LABEL_OWNER, LABEL_SESSION, LABEL_USER, Session, variables
from harness.errors import EnvironmentUnfitError
from harness.processes import everyone, kill_all

if TYPE_CHECKING:
    import docker

    from harness.backends.engine import Owned

_LABELS = (LABEL_SESSION, LABEL_OWNER, LABEL_USER)
#: The label for each environment variable.
_VARIABLES = {name: label for label in _LABELS for name in variables({label: ""})}


@dataclass(frozen=True)
class Removed:
    """How much one pass found and removed."""

    processes: int = 0
    containers: int = 0
    networks: int = 0
    volumes: int = 0

    members: int = 0

    def __bool__(self) -> bool:
        return any(astuple(self))

    def __add__(self, other: Removed) -> Removed:
        return Removed(*(one + another for one, another in zip(astuple(self), astuple(other), strict=True)))

    def __str__(self) -> str:
        counts = {
            "process": self.processes,
            "container": self.containers,
            "network": self.networks,
            "volume": self.volumes,
            "member of a swarm": self.members,
        }
        return ", ".join(_counted(number, noun) for noun, number in counts.items() if number) or "nothing"


def remove_left(wanted: Callable[[Session], bool]) -> Removed:
    """Removes everything of the sessions that are wanted, in one pass; asks this machine's engine only if one answers.

    Raises:
        EnvironmentUnfitError: the engine answered, but failed to remove something, or another one that a run has used
            does not answer.
    """
    processes = processes_of(wanted)
    # What waits for a disk is still there then: the next pass tells.
    kill_all(processes, timeout_s=1.0)
    try:
        there = remove_noted(wanted)
    finally:
        here = _remove_from_engine(lambda client: wanted)
    return Removed(processes=len(processes)) + here + there


def remove_noted(wanted: Callable[[Session], bool]) -> Removed:
    """Removes from the engines of several machines what runs of these sessions have there, in one pass.

    Raises:
        EnvironmentUnfitError: one does not answer, or failed to remove something.
    """
    removed = Removed()
    for each in engines_journal.noted(wanted):
        # Imported late, as below.
        from harness.backends.engines_left import remove_from

        left, members = remove_from(each)
        removed += replace(_counted_of(left), members=members)
    return removed


def remove_abandoned() -> Removed:
    """Removes from the engine what runs left whose owner this machine can't ask, once that is certain enough."""
    # Imported late, as below.
    from harness.backends import elsewhere

    return _remove_from_engine(lambda client: elsewhere.abandoned(client).__contains__)


def processes_of(wanted: Callable[[Session], bool], *, also: tuple[str, str] | None = None) -> list[psutil.Process]:
    """This user's processes of those sessions and their descendants; never this one or one that it descends from.

    Args:
        wanted: whose.
        also: a variable and its value that a process has to have in its environment as well.
    """
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    processes: dict[int, psutil.Process] = {}
    for process in everyone():
        with contextlib.suppress(psutil.Error, OSError):
            environment = process.environ()
            session = _session_of(environment)
            if not session or (also and environment.get(also[0]) != also[1]):
                continue
            # First whose it is: what a stranger says of himself is not even asked about.
            if _is_mine(process) and process.status() != psutil.STATUS_ZOMBIE and wanted(session):
                descendants = [child for child in process.children(recursive=True) if _is_mine(child)]
                processes |= {each.pid: each for each in (process, *descendants)}
    return [process for pid, process in processes.items() if pid not in spared]


def _session_of(environment: Mapping[str, str]) -> Session | None:
    return Session.from_labels(
        {label: environment[variable] for variable, label in _VARIABLES.items() if variable in environment}
    )


def _is_mine(process: psutil.Process) -> bool:
    """Whether a process is this user's; what another user's process says of itself counts for nothing."""
    with contextlib.suppress(psutil.Error):
        return process.uids().real in _my_uids()
    return False


@cache
def _my_uids() -> frozenset[int]:
    """The user ids of this user; for root `nobody`'s as well: a server that gives up root runs as that."""
    uid = os.getuid()
    with contextlib.suppress(KeyError):
        return frozenset({uid} if uid else {uid, pwd.getpwnam("nobody").pw_uid})
    return frozenset({uid})


def _remove_from_engine(wanted: Callable[[docker.DockerClient], Callable[[Session], bool]]) -> Removed:
    # Imported late: the watchdog of a run without an engine never needs the SDK.
    from harness.backends import engine

    try:
        client = engine.connect()
    except EnvironmentUnfitError:
        return Removed()
    with contextlib.closing(client):
        left = engine.owned(client, wanted(client))
        engine.remove(client, left)
    return _counted_of(left)


def _counted_of(left: Owned) -> Removed:
    return Removed(containers=len(left.containers), networks=len(left.networks), volumes=len(left.volumes))


def _counted(number: int, noun: str) -> str:
    plural = {"process": "processes", "member of a swarm": "members of a swarm"}.get(noun, f"{noun}s")
    return f"{number} {noun if number == 1 else plural}"
