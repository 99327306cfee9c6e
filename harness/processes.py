"""All processes there are; whether one that was told to end still runs, and the end of several.

A process that has ended and whose parent has not looked yet, a zombie, does not run: its parent may be of the kind
that looks late or never, such as the first process of many a container.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import psutil

from harness.errors import AwaitTimeoutError
from harness.waiting import until

_POLL_S = 0.01


def everyone() -> Iterator[psutil.Process]:
    """Every process there is now, as an object of its own.

    `psutil.process_iter` keeps what it has once seen by number. Numbers are given again, soon where there are 32 768 of
    them, and what is kept of the former bearer says of the new one that it is gone, the first time it is asked.
    """
    for pid in psutil.pids():
        with suppress(psutil.NoSuchProcess):
            yield psutil.Process(pid)


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
