"""Marks folders as the harness' own: those that were new or empty when it came. It touches no others.

Only in such a folder is anything removed or overwritten, and no link in it is followed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInputError

_ABSENT = b"(none)"


@dataclass(frozen=True)
class Marker:
    """A file that says what a folder is for, with fixed content; locked while somebody writes there.

    Attributes:
        name: of the file.
        text: its content.
        option: how a person names the folder, for messages.
    """

    name: str
    text: bytes
    option: str

    def claim(self, folder: Path) -> tuple[int, bool]:
        """Takes a folder that is new, empty, or marked: gives its open marker, and whether nobody else writes there.

        Raises:
            BadInputError: it is somebody else's.
            OSError: it can't be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(path.name for path in folder.iterdir() if path.name != self.name)
        if others and not self.marks(folder):
            raise BadInputError(
                f"{self.option} {folder} holds {others[0]} and is not marked as ours (by {self.name}, of this user): "
                "what is in it would be lost; give a folder that is new or empty"
            )
        file = os.open(folder / self.name, os.O_RDWR | os.O_NOFOLLOW | os.O_CREAT, 0o644)
        try:
            alone = _locked(file)
            if alone and not others and _content(file) == b"":
                os.write(file, self.text)
            if alone and _content(file) != self.text:
                raise BadInputError(f"{folder / self.name} is none of ours; give {self.option} a folder that is new")
        except BaseException:
            os.close(file)
            raise
        return file, alone

    def put(self, folder: Path) -> None:
        """Marks a folder that is the harness' by its place, whatever it holds; makes it if it is not there.

        Raises:
            OSError: it can't be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            file = os.open(folder / self.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            try:
                os.write(file, self.text)
            finally:
                os.close(file)

    def marks(self, folder: Path) -> bool:
        """Whether the folder bears this marker."""
        try:
            file = os.open(folder / self.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            return _content(file) == self.text
        finally:
            os.close(file)


def _content(file: int) -> bytes:
    """The content of a marker; a text that no marker has if the file is none, or not this user's."""
    seen = os.fstat(file)
    if not stat.S_ISREG(seen.st_mode) or seen.st_uid != os.geteuid():
        return _ABSENT
    return os.pread(file, 4096, 0)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def remove(path: Path) -> None:
    """Removes a file, a folder with all that is in it, or a link, whose target stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
