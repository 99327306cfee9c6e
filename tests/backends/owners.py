"""Owner processes for the tests of the watchdog and the sweep, and what is there of theirs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from harness.backends import engine
from harness.backends.folders import log_of
from harness.backends.leftovers import processes_of
from harness.backends.session import Session
from harness.backends.watchdog import clean
from harness.errors import EnvironmentUnfitError
from harness.waiting import until

_ROOT = Path(__file__).parents[2]


@dataclass
class Owner:
    """A running owner, the processes and the watchdog that it started."""

    process: subprocess.Popen[str]
    session: Session
    pids: list[int]
    watchdog: int

    def left(self) -> list[str]:
        """What there is of its session, in words, in no certain order."""
        words = [f"process {process.pid}" for process in processes_of(self.session.__eq__)]
        words += [f"process {pid}" for pid in self.pids if _runs(pid) and f"process {pid}" not in words]
        with contextlib.suppress(EnvironmentUnfitError), contextlib.closing(engine.connect()) as client:
            owned = engine.owned(client, self.session.__eq__)
            words += [f"container {id_}" for id_ in owned.containers] + [f"network {id_}" for id_ in owned.networks]
            words += [f"volume {name}" for name in owned.volumes]
        words += [f"interface {name}" for name in psutil.net_if_addrs() if self.session.id in name]
        return words

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(5)

    def kill_the_watchdog(self) -> None:
        os.kill(self.watchdog, signal.SIGKILL)

    def end(self) -> None:
        self.process.communicate("end\n", timeout=20)

    def await_nothing_left(self, *, timeout_s: float = 15.0) -> None:
        until(f"nothing of {self.session.id} to be left", self.left, lambda left: not left, timeout_s=timeout_s)

    def await_watchdog_gone(self) -> None:
        until("the watchdog to end", lambda: not _runs(self.watchdog), timeout_s=15.0)


@contextmanager
def owning(*arguments: str) -> Iterator[Owner]:
    """Starts an owner; nothing of it is left afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.backends.owner_process", *arguments],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    session = Session.from_labels(told["labels"])
    assert session is not None
    owner = Owner(process, session, told["pids"], told["watchdog"])
    try:
        yield owner
    finally:
        owner.kill()
        clean(owner.session, quiet_s=0.0)
        with contextlib.suppress(ProcessLookupError):
            owner.kill_the_watchdog()
        log_of(owner.session.id).unlink(missing_ok=True)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _runs(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False
