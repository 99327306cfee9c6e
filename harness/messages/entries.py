"""What config's log says of the entries in its registry: an entry is of one start of a service, its incarnation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import InconclusiveError


@dataclass(frozen=True)
class Entry:
    """An entry: whose it is, of which start, and what was registered."""

    name: str
    incarnation: str
    role: str
    url: str


def entry_of(name: str, log: Sequence[Mapping[str, Any]]) -> Entry:
    """The entry with which a name came into the registry last.

    One that takes over the name while the entry of an earlier start is still there brings no new name, and is not told.

    Raises:
        InconclusiveError: it never came in.
    """
    for line in reversed(log):
        if line["event"] == "registered" and line["name"] == name:
            return Entry(name, line["incarnation"], line["role"], line["url"])
    raise InconclusiveError(f"config's log names no entry of {name}, so nothing of it can come late")
