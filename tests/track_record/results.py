"""Reads how the runs of one side ended from what `harness flake` has written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.results import Result


@dataclass(frozen=True)
class Runs:
    """How the runs of one side ended: each with its result, and with the names of what was found."""

    ended: Sequence[tuple[Result, frozenset[str]]] = ()

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.ended)

    @property
    def green(self) -> int:
        """How many held."""
        return sum(result is Result.HELD for result, _ in self.ended)

    def red(self, anomaly: str) -> int:
        """How many were broken by that anomaly and by no other."""
        return sum(result is Result.BROKEN and found == {anomaly} for result, found in self.ended)


def read(data: Path) -> Runs:
    """The runs that a file of `harness flake` tells of; none if it was not written."""
    if not data.exists():
        return Runs()
    runs = json.loads(data.read_text())["runs"]
    return Runs([(Result(run["result"]), frozenset(run["anomalies"])) for run in runs])
