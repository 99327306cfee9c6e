"""The folder where the harness keeps what it downloaded or made once; safe for two runs side by side."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.claim import Marker
from harness.errors import EnvironmentUnfitError
from harness.places import CACHE
from harness.progress import Say

GIGABYTE = 1024**3
#: Ours by its place, also if it was made before there was a marker.
_USUAL = CACHE / "harness"
_MARKER = Marker(
    name=".harness-cache",
    text=b"The fault-tolerance harness keeps here what it downloaded or made once, and removes what is not used.\n",
    option="HARNESS_CACHE",
)


def cache_folder() -> Path:
    """The harness' cache: `.cache/harness` in a checkout, else in the user's cache folder; or what HARNESS_CACHE names.

    Raises:
        BadInputError: HARNESS_CACHE names a folder of somebody else's.
        EnvironmentUnfitError: it can't be made.
    """
    folder = Path(os.environ.get("HARNESS_CACHE") or _USUAL).resolve()
    try:
        if folder == _USUAL:
            _MARKER.put(folder)
        os.close(_MARKER.claim(folder)[0])
    except OSError as error:
        raise EnvironmentUnfitError(
            f"the cache folder {folder} can't be made ({error.strerror}): name another in HARNESS_CACHE"
        ) from error
    return folder


@contextmanager
def exclusively(name: str, say: Say) -> Iterator[None]:
    """Holds a lock to the end of the block, so that one process at a time is inside; the kernel frees it."""
    with (cache_folder() / f".{name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another run that prepares the same ({name})")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def assert_room(to_do: str, gigabytes: float, folder: Path) -> None:
    """Checks the disk, so that something big is not begun in vain.

    Raises:
        EnvironmentUnfitError: there is less room than that.
    """
    free = shutil.disk_usage(folder).free / GIGABYTE
    if free < gigabytes:
        raise EnvironmentUnfitError(
            f"no disk space to {to_do}: {free:.1f} GB are free in {folder}, {gigabytes:g} are needed; free some, or "
            "name another cache folder in HARNESS_CACHE"
        )
