"""The limits within which code runs that nobody trusts: values, which the backend that can keep them is given."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from harness.errors import BadInputError

#: What a person says for these limits as they are.
USUAL = "usual"


@dataclass(frozen=True)
class Confinement:
    """The limits of each node that is not of the servers, beside those that every such node has.

    Attributes:
        memory_mb: its memory, with what it writes to its disk, in megabytes.
        processes: how many processes and threads it may have at a time.
        cpus: how many processors' time it may have.
        disk_mb: the size of the disk in memory that all it writes is on, in megabytes.
        log_mb: how much of its output is kept, in megabytes; the oldest goes first.
    """

    memory_mb: int = 768
    processes: int = 512
    cpus: float = 1.0
    disk_mb: int = 256
    log_mb: int = 4

    @classmethod
    def said(cls, text: str) -> Confinement:
        """The limits that a person gives, such as `memory_mb=1024,cpus=0.5`; `usual` for those that are usual.

        Raises:
            BadInputError: a limit is unknown, or its value is no number that is possible.
        """
        if text == USUAL:
            return cls()
        return cls(**dict(_limit(part) for part in text.split(",")))

    @property
    def words(self) -> str:
        """The limits as a person gives them."""
        return ",".join(f"{field.name}={getattr(self, field.name)}" for field in fields(self))


#: The least and the most that each limit may be.
_POSSIBLE = {
    "memory_mb": (16, 1_000_000),
    "processes": (8, 100_000),
    "cpus": (0.05, 1024),
    "disk_mb": (1, 1_000_000),
    "log_mb": (1, 1024),
}


def _limit(part: str) -> tuple[str, Any]:
    name, _, value = (word.strip() for word in part.partition("="))
    if name not in _POSSIBLE:
        there = ", ".join(f"{each}=..." for each in _POSSIBLE)
        raise BadInputError(f"the limit {part!r} is unknown; say {USUAL}, or some of {there}, separated by commas")
    least, most = _POSSIBLE[name]
    try:
        number = float(value) if name == "cpus" else int(value)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise BadInputError(f"the limit {part!r} is not possible; {name} is a number from {least} to {most}")
    return name, number
