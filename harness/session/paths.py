"""The places where a session and its commands meet: one for each checkout, or each user of an installed harness."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.errors import EnvironmentUnfitError
from harness.places import CACHE

FOLDER = CACHE / "session"
#: In bytes: what the address of a socket has room for on every system.
_LONGEST_ADDRESS = 103


def make_folder() -> None:
    """Makes the session's folder, for this user only: who can write to the socket can run code here.

    Raises:
        EnvironmentUnfitError: it can't be made, or is a link or somebody else's.
    """
    try:
        with suppress(FileExistsError):
            FOLDER.mkdir(parents=True)
    except OSError as error:
        raise EnvironmentUnfitError(f"the folder {FOLDER} can't be made: {error.strerror}") from error
    folder = _opened()
    try:
        os.fchmod(folder, 0o700)
    finally:
        os.close(folder)


@contextmanager
def address() -> Iterator[str]:
    """The socket's address for as long as the block lasts.

    A socket's address has room for about a hundred bytes, and a checkout may be deeper than that; so the folder is
    named by an open descriptor of it, where the system has names for these.

    Raises:
        FileNotFoundError: there is no folder.
        EnvironmentUnfitError: it is a link or somebody else's, or its path is too long.
    """
    folder = _opened()
    try:
        named = f"/proc/self/fd/{folder}/{socket_path().name}" if sys.platform == "linux" else str(socket_path())
        if len(os.fsencode(named)) > _LONGEST_ADDRESS:
            raise EnvironmentUnfitError(
                f"the path {named} is too long for a socket (at most {_LONGEST_ADDRESS} bytes): move the checkout"
            )
        yield named
    finally:
        os.close(folder)


def _opened() -> int:
    """A descriptor of the session's folder, looked at so that nobody can put another in its place meanwhile."""
    try:
        folder = os.open(FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
        raise EnvironmentUnfitError(f"{FOLDER} is a link or a file, not the harness' folder: remove it") from error
    if os.fstat(folder).st_uid != os.geteuid():
        os.close(folder)
        raise EnvironmentUnfitError(f"{FOLDER} is another user's: run as that user, or use a checkout of your own")
    return folder


def socket_path() -> Path:
    """The path of the session's socket; it is there while the session runs."""
    return FOLDER / "socket"


def lock_path() -> Path:
    """The path of the lock that the session holds from its first moment to its last."""
    return FOLDER / "lock"


def log_path() -> Path:
    """The path of the session's log."""
    return FOLDER / "log"


def history_path() -> Path:
    """The path of the history of everything that was sent and broken since the system is up."""
    return FOLDER / "history.jsonl"


def attached_history_path() -> Path:
    """The path of the history of what commands broke while a pytest run was attached to the system."""
    return FOLDER / "history-attached.jsonl"
