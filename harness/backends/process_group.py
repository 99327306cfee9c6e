"""All processes of a node: its main one with its group, descendants that left this, and what outlived them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence

import psutil

from harness.backends.leftovers import processes_of
from harness.backends.session import Session
from harness.processes import runs
from harness.waiting import until

_GONE_TIMEOUT_S = 5.0
_POLL_S = 0.01


def send(main: subprocess.Popen[bytes] | None, number: signal.Signals) -> Sequence[psutil.Process]:
    """Sends a signal to a process group and to descendants that left it, as a server's may; gives these."""
    if main is None or main.poll() is not None:
        return ()
    with contextlib.suppress(psutil.NoSuchProcess):
        others = psutil.Process(main.pid).children(recursive=True)
        os.killpg(main.pid, number)
        for process in others:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        return others
    return ()


def end_rest(node: str, session: Session, mark: tuple[str, str], others: Sequence[psutil.Process] = ()) -> None:
    """Kills what is left of a node once its main process is gone.

    Args:
        node: its name.
        session: whose its processes are.
        mark: a variable, and the value that it has in the environment of each of them.
        others: more processes that are waited for.

    Raises:
        AwaitTimeoutError: one is still there after some seconds.
    """
    until(
        f"the other processes of {node} to exit after SIGKILL",
        lambda: [*_killed(session, mark), *(process.pid for process in others if runs(process))],
        lambda left: not left,
        timeout_s=_GONE_TIMEOUT_S,
        interval_s=_POLL_S,
    )


def _killed(session: Session, mark: tuple[str, str]) -> list[int]:
    """Kills by environment: once the main process is gone, its number may be a stranger's, or its group's."""
    left = processes_of(session.__eq__, also=mark)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    return [process.pid for process in left]
