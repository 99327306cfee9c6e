"""One keeper at a time: locked from its first moment to its last; the kernel unlocks it if the keeper is killed."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import BadInputError
from harness.keeper.place import lock_path, make_folder


@contextmanager
def only_one() -> Iterator[None]:
    """Holds the lock.

    Raises:
        BadInputError: another keeper does.
    """
    make_folder()
    with lock_path().open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadInputError("a system is up or coming up already: harness down ends it") from error
        yield


def is_held() -> bool:
    """Whether a keeper lives."""
    try:
        with only_one():
            return False
    except BadInputError:
        return True
