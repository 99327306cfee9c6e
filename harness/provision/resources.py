"""Finds files of the project that are no modules, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.places import TOP


def at_the_top(name: str) -> Path:
    """A path at the top of the repository, which a wheel has too: Dockerfile, requirements.lock, services."""
    return TOP / name


def files_in(folder: Path, name: str, *patterns: str) -> Mapping[str, bytes]:
    """The files of these patterns in a folder, also further down, as a context's files below `name`.

    Nothing of what Python made there is among them.
    """
    return {
        f"{name}/{path.relative_to(folder)}": path.read_bytes()
        for pattern in patterns
        for path in folder.rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }
