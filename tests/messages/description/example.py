"""A file in which every key is used, beside the checkout that it names."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from harness.errors import BadInputError
from harness.messages.description.decoding import decode_text

FULL = (Path(__file__).parent / "full.toml").read_text()
DATA: dict[str, Any] = tomllib.loads(FULL)
#: What a system that is one for one machine can't say.
IMAGES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "images.toml").read_text())
#: What one that runs already can say.
RUNNING = (Path(__file__).parent / "running.toml").read_text()


def checkout(folder: Path) -> Path:
    """Makes what the file names; gives the path at which the file would be."""
    (folder / "code" / "facade").mkdir(parents=True, exist_ok=True)
    (folder / "code" / "requirements.txt").touch()
    for name in ("package.json", "jgo.lock.toml", "go.mod"):
        (folder / "code" / name).touch()
    return folder / "system.toml"


def refused(text: str, path: Path) -> list[str]:
    """The lines with which a text is refused, without the path before them."""
    with pytest.raises(BadInputError) as caught:
        decode_text(text, path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [line.removeprefix(f"{path}:") for line in lines]


def changed(old: str, new: str) -> str:
    """The full file with one passage changed."""
    assert FULL.count(old) == 1, f"{FULL.count(old)} times: {old}"
    return FULL.replace(old, new)


def line(of: str, text: str = FULL) -> int:
    """The line of the full file, or of another text, in which a passage stands."""
    assert text.count(of) == 1, f"{text.count(of)} times: {of}"
    return text[: text.index(of)].count("\n") + 1
