"""Somebody's checkout: which of its files a system needs, a digest of them, and a copy that stays as it was read.

The checkout itself is never written to, and may change while a run uses the copy.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from docker.utils.build import exclude_paths

from harness.errors import BadInputError
from harness.messages.description.kept import kept, touch
from harness.progress import Say
from harness.provision.cache import exclusively

_IGNORED = ".dockerignore"
#: What no start needs, or what is of one machine alone, in the words of that file.
_NEVER = (
    *("**/.git", "**/__pycache__", "**/*.pyc", "**/.venv", "**/venv", "**/node_modules"),
    *("**/.mypy_cache", "**/.pytest_cache", "**/.ruff_cache", "**/.tox", "**/.idea"),
)
#: Each instance has a copy for itself.
_LIMIT_MB = 200
_MEGABYTE = 1024**2


def files(folder: Path) -> Sequence[Path]:
    """The files and links of a checkout, relative to it and in order: none of what its .dockerignore names.

    Raises:
        BadInputError: there is no such folder, or there is too much in it.
    """
    if not folder.is_dir():
        raise BadInputError(f"checkout: there is no folder {folder}; give the one with the code of the system")
    ignored = folder / _IGNORED
    lines = [line.strip() for line in ignored.read_text().splitlines()] if ignored.is_file() else []
    patterns = [line for line in lines if line and not line.startswith("#")]
    # One after the other: a pattern there that makes an exception makes none of these.
    names = exclude_paths(str(folder), list(_NEVER)) & exclude_paths(str(folder), patterns)
    wanted = [path for path in sorted(map(Path, names)) if (folder / path).is_symlink() or (folder / path).is_file()]
    _assert_small(folder, wanted)
    return wanted


def digest(folder: Path) -> str:
    """A hash of the names, modes and contents of a checkout's files.

    Raises:
        BadInputError: see `files`.
    """
    seen = hashlib.sha256()
    for path in files(folder):
        file = folder / path
        mode = file.lstat().st_mode & 0o100
        content = os.readlink(file).encode() if file.is_symlink() else file.read_bytes()
        seen.update(f"{path}\0{file.is_symlink()}\0{mode}\0".encode() + hashlib.sha256(content).digest())
    return seen.hexdigest()[:16]


def copy(folder: Path, wanted: str, say: Say) -> Path:
    """The copy of a checkout that has this digest, in the harness' cache; made if it is not there.

    Raises:
        BadInputError: the checkout has another digest by now.
    """
    with exclusively("checkouts", say):
        place = kept("checkouts") / wanted
        if place.exists():
            touch(place)
            return place
        part = place.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        for path in files(folder):
            (part / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / path, part / path, follow_symlinks=False)
        if digest(part) != wanted:
            shutil.rmtree(part)
            raise BadInputError(f"the files in {folder} have changed since the run began: start it again")
        part.rename(place)
        return place


def _assert_small(folder: Path, wanted: Sequence[Path]) -> None:
    sizes: dict[str, int] = {}
    for path in wanted:
        sizes[path.parts[0]] = sizes.get(path.parts[0], 0) + (folder / path).lstat().st_size
    total = sum(sizes.values()) / _MEGABYTE
    if total > _LIMIT_MB:
        largest = max(sizes, key=lambda name: sizes[name])
        raise BadInputError(
            f"checkout: {folder} has {total:.0f} MB of files, most of it in {largest} "
            f"({sizes[largest] / _MEGABYTE:.0f} MB), and each instance gets a copy: {_LIMIT_MB} MB at most. "
            f"Name what the services don't need in {folder / _IGNORED}"
        )
