"""The answer of a command: lines for a person, and the same as data for a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """The answer of one command.

    Attributes:
        lines: for a person, without a newline at the end.
        data: the same for a program; goes through JSON.
        status: the exit status of the command.
    """

    lines: str
    data: Mapping[str, object]
    status: int = 0
