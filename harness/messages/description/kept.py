"""What the harness keeps of somebody's systems in its cache: it goes when no run has used it for a while."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from harness.claim import remove
from harness.progress import Say
from harness.provision.cache import cache_folder, exclusively

#: In a folder that is complete.
_DONE = "complete"
_KEPT_S = 14 * 24 * 3600


def kept(what: str) -> Path:
    """The folder for something, in which nothing is that was not used for a fortnight; whoever asks holds its lock."""
    folder = cache_folder() / what
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if time.time() - path.lstat().st_mtime > _KEPT_S:
            remove(path)
    return folder


def touch(path: Path) -> None:
    """Notes that something is used now."""
    os.utime(path)


def made_once(what: str, key: str, make: Callable[[Path], None], say: Say) -> Path:
    """The folder that something was made in; at its last place from the beginning, as what is made may name that.

    Args:
        what: of which kind it is: the folder of all these.
        key: names the one.
        make: fills the folder, if it is not there or was left half made.
        say: tells a person what takes its time.
    """
    with exclusively(what, say):
        place = kept(what) / key
        if (place / _DONE).exists():
            touch(place)
            return place
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        make(place)
        (place / _DONE).touch()
        return place
