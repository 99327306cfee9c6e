"""Who owns what was made: a session id and its owner's process, written on everything as labels.

The labels are Docker labels in one backend and environment variables in the other; the watchdog and the next run's
sweep go by them and by nothing else.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass

import psutil

LABEL_SESSION = "harness.session"
LABEL_HOST = "harness.host"
LABEL_OWNER_PID = "harness.owner.pid"
LABEL_OWNER_STARTED = "harness.owner.started"
LABEL_NODE = "harness.node"


@dataclass(frozen=True)
class Session:
    """One run of the harness: everything it makes carries these four facts."""

    id: str
    host: str
    owner_pid: int
    owner_started: str

    @classmethod
    def of_this_process(cls) -> Session:
        """A new session owned by the calling process."""
        return cls(
            id=secrets.token_hex(4),
            host=socket.gethostname(),
            owner_pid=os.getpid(),
            owner_started=started(os.getpid()),
        )

    @classmethod
    def from_labels(cls, labels: dict[str, str]) -> Session | None:
        """The session that labels name, or None if they are not ours."""
        try:
            return cls(
                labels[LABEL_SESSION], labels[LABEL_HOST], int(labels[LABEL_OWNER_PID]), labels[LABEL_OWNER_STARTED]
            )
        except (KeyError, ValueError):
            return None

    def labels(self) -> dict[str, str]:
        """What to write on everything that this session makes."""
        return {
            LABEL_SESSION: self.id,
            LABEL_HOST: self.host,
            LABEL_OWNER_PID: str(self.owner_pid),
            LABEL_OWNER_STARTED: self.owner_started,
        }

    def owner_lives(self) -> bool:
        """Whether the owner still runs; True for another host's, of which nothing can be known here."""
        if self.host != socket.gethostname():
            return True
        return started(self.owner_pid) == self.owner_started


def started(pid: int) -> str:
    """When a process started (clock ticks since boot would do; psutil's seconds are portable), "" if there is none."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return ""
        return f"{process.create_time():.2f}"
    except psutil.Error:
        return ""


def variables(labels: dict[str, str]) -> dict[str, str]:
    """Labels as environment variables: "harness.owner.pid" becomes "HARNESS_OWNER_PID"."""
    return {key.upper().replace(".", "_"): value for key, value in labels.items()}
