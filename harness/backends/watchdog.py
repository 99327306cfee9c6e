"""A process that outlives its owner for as long as it takes to remove everything that the owner's session made.

The owner holds the only write end of the watchdog's stdin, so its death closes it, even by SIGKILL. Not for the orderly
end of a run: that is the backends' own work, and the watchdog only looks whether anything was forgotten.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.backends import engines_journal
from harness.backends.folders import log_of, remove_folders, remove_log
from harness.backends.given.journal import undo_left
from harness.backends.leftovers import Removed, remove_left
from harness.backends.session import Session
from harness.errors import AwaitTimeoutError
from harness.waiting import until

#: How long nothing may be found before it is believed: a request that the owner sent last may still be at work.
_QUIET_S = 2.0
_PASS_INTERVAL_S = 0.5
_CLEANING_TIMEOUT_S = 12.0
_ORPHAN_CHECK_S = 1.0
_ORDERLY_END = b"q"
_EXIT_TIMEOUT_S = 15.0
_WATCH = """
import sys
sys.path.insert(0, sys.argv[1])
from harness.backends.watchdog import watch_from
watch_from(sys.argv[2:])
"""
_UNHEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Watchdog:
    """The owner's handle on its watchdog. A context manager; leaving it ends the watchdog."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The watchdog's process id."""
        return self._process.pid

    def close(self) -> None:
        """Says that the owner has cleaned up, and waits for the last look; may be called twice."""
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return
        try:
            pipe.write(_ORDERLY_END)
            pipe.close()
        except BrokenPipeError:
            pass  # It has ended already, and there is nobody to tell.
        try:
            self._process.wait(_EXIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_EXIT_TIMEOUT_S)

    def __enter__(self) -> Watchdog:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def start_watchdog(session: Session) -> Watchdog:
    """Starts the watchdog of a session that the calling process owns; returns at once."""
    root = str(Path(__file__).parents[2])
    labels = [f"{label}={value}" for label, value in session.labels().items()]
    # "x": the file is new, so that nothing is written to what somebody else has put there.
    with log_of(session.id).open("xb") as log, _deaf():
        process = subprocess.Popen(
            [sys.executable, "-c", _WATCH, root, *labels],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    return Watchdog(process)


def watch_from(labels: list[str]) -> None:
    """Runs the watchdog's own process: watches for the session of these labels."""
    session = Session.from_labels(dict(label.split("=", 1) for label in labels))
    assert session is not None
    watch(session)


def watch(session: Session) -> None:
    """Waits for the owner's end, then removes what the owner left, until nothing is found any more."""
    quiet_s = 0.0 if _await_end(session.owner.pid) == _ORDERLY_END else _QUIET_S
    if clean(session, quiet_s=quiet_s):
        remove_log(session.id)


def clean(session: Session, *, quiet_s: float) -> bool:
    """Removes everything of the session, pass by pass; gives whether nothing was left for `quiet_s` seconds at last."""
    for line in undo_left(session.__eq__):
        print(line, file=sys.stderr, flush=True)  # noqa: T201, it goes to the log
    quiet_since = time.monotonic()

    def quiet() -> bool:
        nonlocal quiet_since
        removed = _pass(session)
        if removed is None or removed:
            quiet_since = time.monotonic()
            return False
        return time.monotonic() - quiet_since >= quiet_s

    try:
        until(
            f"nothing to be left of session {session.id}",
            quiet,
            timeout_s=_CLEANING_TIMEOUT_S,
            interval_s=_PASS_INTERVAL_S,
        )
    except AwaitTimeoutError as error:
        print(error, file=sys.stderr, flush=True)  # noqa: T201, it goes to the log
        return False
    finally:
        remove_folders(session.__eq__)
    engines_journal.strike(session)
    return True


@contextmanager
def _deaf() -> Iterator[None]:
    """Starts processes that don't hear what a terminal or a CI system sends to all, not even while they start."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _UNHEARD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _pass(session: Session) -> Removed | None:
    try:
        removed = remove_left(session.__eq__)
    except Exception:
        # The engine may be busy with the very thing: the next pass tries again, and the log keeps why.
        traceback.print_exc()
        return None
    if removed:
        print(f"removed {removed}", file=sys.stderr, flush=True)  # noqa: T201, it goes to the log
    return removed


def _await_end(owner_pid: int) -> bytes:
    """The last that was on the pipe: the orderly end, or nothing if the owner died."""
    pipe = sys.stdin.fileno()
    while True:
        if select.select([pipe], [], [], _ORPHAN_CHECK_S)[0]:
            return os.read(pipe, 1)
        # A child that the owner forked would hold the pipe open; being adopted tells the same.
        if os.getppid() != owner_pid:
            return b""
