"""Processes that were told to end: whether one still runs, and the end of several.

A process that has ended and whose parent has not looked yet, a zombie, does not run: its parent may be of the kind
that looks late or never, such as the first process of many a container.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import psutil

from harness.errors import AwaitTimeoutError
from harness.waiting import until

_POLL_S = 0.01


def runs(process: psutil.Process) -> bool:
    """Whether a process is there and no zombie."""
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def kill_all(processes: Sequence[psutil.Process], *, timeout_s: float) -> None:
    """Kills processes and waits until none runs; one that waits for a disk may do so for longer than is waited."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    with suppress(AwaitTimeoutError):
        until(
            f"{len(processes)} killed processes to end",
            lambda: not any(map(runs, processes)),
            timeout_s=timeout_s,
            interval_s=_POLL_S,
        )
