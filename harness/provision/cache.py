"""Where what was downloaded or made once is kept: one folder, safe for two runs side by side."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cache_folder() -> Path:
    """`.cache/harness` beside the code, or what HARNESS_CACHE names."""
    folder = Path(os.environ.get("HARNESS_CACHE") or ROOT / ".cache" / "harness")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def exclusively(name: str) -> Iterator[None]:
    """One process at a time between here and the end of the block; the kernel lets go if it dies."""
    with (cache_folder() / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
