"""Keeps to one session at a time by a lock, which the kernel frees if the session is killed."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import AwaitTimeoutError, BadInputError
from harness.session.paths import lock_path, make_folder
from harness.waiting import until

#: Whoever looks whether it is held has it in a shared way for less than that.
_LOOK_S = 0.5


@contextmanager
def only_one() -> Iterator[int]:
    """Holds the session's lock; gives its descriptor: a process that inherits that holds it beyond the block's end.

    Raises:
        BadInputError: another session does.
        EnvironmentUnfitError: the folder is a link or somebody else's.
    """
    make_folder()
    with lock_path().open("a") as lock:
        descriptor = lock.fileno()
        try:
            until("the session's lock", lambda: _taken(descriptor, fcntl.LOCK_EX), timeout_s=_LOOK_S)
        except AwaitTimeoutError as error:
            raise BadInputError("a system is up already: harness status shows it, harness down ends it") from error
        yield descriptor


def is_held() -> bool:
    """Whether a session lives, or is about to."""
    try:
        with lock_path().open() as lock:
            return not _taken(lock.fileno(), fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def _taken(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
