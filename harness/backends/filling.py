"""Fills a disk by a file, and tries whether it takes anything; also a program that runs in a container.

Standard library only.
"""

import errno
import os
import sys
from contextlib import suppress

_FILLER, _TRIAL = "harness-filler", "harness-trial"
_CHUNK = 1 << 20
#: What a trial writes: a page.
_TRIAL_BYTES = 4096


def fill(folder: str) -> None:
    """Writes until not a byte is left."""
    file = os.open(os.path.join(folder, _FILLER), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    chunk = _CHUNK
    try:
        while chunk:
            try:
                os.write(file, bytes(chunk))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                chunk //= 2
    finally:
        os.close(file)


def free(folder: str) -> None:
    """Removes what fills it, if it is there."""
    with suppress(FileNotFoundError):
        os.remove(os.path.join(folder, _FILLER))


def refusal(folder: str) -> int:
    """The number of the error with which the disk takes nothing; 0 if it takes a page, which is removed again."""
    path = os.path.join(folder, _TRIAL)
    try:
        with open(path, "wb", buffering=0) as file:
            file.write(bytes(_TRIAL_BYTES))
            os.fsync(file.fileno())
    except OSError as error:
        return error.errno or errno.EIO
    finally:
        with suppress(FileNotFoundError):
            os.remove(path)
    return 0


if __name__ == "__main__":
    does = {"fill": fill, "free": free, "refusal": refusal}[sys.argv[1]]
    sys.stdout.write(str(does(sys.argv[2]) or 0))
