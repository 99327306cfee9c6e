"""The checkouts that are graded: where each is, and what the table calls it. Nothing in them is read here.

What is in them is read by processes of their own, with a deadline: a file may be a pipe that nobody writes to.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInputError

SYSTEM = "system.toml"


@dataclass(frozen=True)
class Checkout:
    """One checkout.

    Attributes:
        name: what the table and the folder of its reports are called; each has another one.
        folder: with its code; absolute.
        file: that describes it; absolute.
    """

    name: str
    folder: Path
    file: Path


def checkouts(folders: Sequence[Path], file: Path | None) -> Sequence[Checkout]:
    """The checkouts in these folders, each once; described by the file, or by one that each has.

    Raises:
        BadInputError: one is no folder, or the file is not there.
    """
    for folder in folders:
        if not folder.is_dir():
            raise BadInputError(f"there is no folder {folder}: name those with the code of a system")
    if file and not file.is_file():
        raise BadInputError(f"--system-file {file}: there is no such file")
    absolute = list(dict.fromkeys(folder.resolve() for folder in folders))
    twice = Counter(folder.name for folder in absolute)
    return [
        Checkout(_name(folder, alone=twice[folder.name] == 1), folder, (file or folder / SYSTEM).absolute())
        for folder in absolute
    ]


def _name(folder: Path, *, alone: bool) -> str:
    """The last part of the path; with a few characters that tell it from others which have the same."""
    return folder.name if alone else f"{folder.name}~{hashlib.sha256(str(folder).encode()).hexdigest()[:6]}"
