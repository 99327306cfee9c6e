"""Which scenarios a person means by what was typed: a path, an id or its end, or a part of an id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def parts(said: str) -> tuple[str, str]:
    """The path to look in, empty if what was typed begins with none that exists; and what is looked for in ids."""
    file, _, name = said.partition("::")
    return (file, name) if Path(file).exists() else ("", said)


def meant(name: str, scenarios: Sequence[str]) -> Sequence[str]:
    """The ids that end in a name, with their parameters or without; else the ids that contain it."""
    whole = [each for each in scenarios if _ends(each, name) or _ends(each.partition("[")[0], name)]
    return whole or [each for each in scenarios if name.lower() in each.lower()]


def _ends(scenario: str, name: str) -> bool:
    return f"/{scenario}".endswith((f"/{name}", f"::{name}"))
