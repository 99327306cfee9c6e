"""What is run on each checkout, and within which limits: the same for all of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.topology.confinement import Confinement


@dataclass(frozen=True)
class Choice:
    """What is run on each checkout.

    Attributes:
        scenarios: the files and folders of scenarios.
        marks: which of these by their marks, as `pytest -m` has it.
        names: which of these by their names, as `pytest -k` has it.
        confinement: the limits of the services; None for local processes without any.
        time_s: how long one checkout may take, in seconds.
    """

    scenarios: tuple[Path, ...]
    marks: str = "faulttolerance"
    names: str = ""
    confinement: Confinement | None = field(default_factory=Confinement)
    time_s: int = 1800

    @property
    def arguments(self) -> Sequence[str]:
        """The arguments of pytest that say it."""
        where = (
            ["--backend=docker", f"--confined={self.confinement.words}"] if self.confinement else ["--backend=process"]
        )
        return [*map(str, self.scenarios), "-m", self.marks, "-k", self.names, *where]
