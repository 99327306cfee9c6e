"""Writes what a person writes to name engines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.backends.machines import Machine


def engines_file(folder: Path, machines: Iterable[Machine]) -> Path:
    """A file in that folder that names the engines of these machines."""
    path = folder / "engines.toml"
    keys = ("name", "url", "address")
    tables = ["\n".join(["[[engine]]", *(f'{key} = "{getattr(each, key)}"' for key in keys)]) for each in machines]
    path.write_text("\n\n".join(tables))
    return path
