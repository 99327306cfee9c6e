"""What the harness keeps of somebody's systems in its cache: it goes when no run has used it for a while."""

from __future__ import annotations

import os
import time
from pathlib import Path

from harness.claim import remove
from harness.provision.cache import cache_folder

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
