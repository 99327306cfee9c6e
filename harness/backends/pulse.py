"""A process that stops another one and lets it go on, in a rhythm, so that it has a share of its time only.

It ends, and lets it go on, as soon as its owner has closed its stdin or has died, even by SIGKILL.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

#: How often the other one is stopped.
_PERIOD_S = 0.1
#: How often it is looked which processes it has: it may have other ones by then.
_LOOK_S = 1.0
_EXIT_TIMEOUT_S = 5.0
_BEAT = """
import sys
sys.path.insert(0, sys.argv[1])
from harness.backends.pulse import beat
beat(int(sys.argv[2]), float(sys.argv[3]))
"""


class Pulse:
    """The owner's handle on it."""

    def __init__(self, pid: int, share: float, environment: Mapping[str, str]) -> None:
        """Lets a process, and all that descend from it, run for a `share` of their time from now on.

        Args:
            pid: of the process.
            share: from 0 to 1.
            environment: says whose the pulse is.
        """
        root = str(Path(__file__).parents[2])
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BEAT, root, str(pid), str(share)],
            env={"PATH": os.environ.get("PATH", os.defpath), **environment},
            stdin=subprocess.PIPE,
            cwd="/",
            start_new_session=True,
        )

    def end(self) -> None:
        """Lets the other process go on; returns when nothing stops it any more."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(_EXIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_EXIT_TIMEOUT_S)


def beat(pid: int, share: float) -> None:
    """Runs the pulse's own process: stops the other one and lets it go on until it is gone, or the owner is."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    all_, looked_s = [process], 0.0
    try:
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() - looked_s > _LOOK_S:
                all_, looked_s = [process, *process.children(recursive=True)], time.monotonic()
            _send(all_, signal.SIGSTOP)
            if _owner_ends(_PERIOD_S * (1 - share)):
                return
            _send(all_, signal.SIGCONT)
            if _owner_ends(_PERIOD_S * share):
                return
    except psutil.NoSuchProcess:
        pass
    finally:
        _send(all_, signal.SIGCONT)


def _send(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _owner_ends(within_s: float) -> bool:
    return bool(select.select([sys.stdin.fileno()], [], [], within_s)[0])
