"""Notes what a report lacks, and why. Reporting a scenario never changes its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from harness.errors import HarnessError


class Lacking:
    """Collects the parts that could not be told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, lines: Iterable[str]) -> None:
        """Takes in what somebody else could not tell, each once."""
        self.lines += [line for line in dict.fromkeys(lines) if line not in self.lines]

    @contextmanager
    def part(self, what: str) -> Iterator[None]:
        """Tries one part of a report; the block ends where it fails, and what comes after the block goes on."""
        try:
            yield
        except Exception as error:
            said = str(error) if isinstance(error, HarnessError) else repr(error)
            self.lines.append(f"{what}: {said}")
