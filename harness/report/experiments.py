"""The experiments of the reports that this project grew from: who did what, what they saw, and what a run measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_HEAD = """\
# The experiments, what their authors saw, and what the harness measures

A run wrote this table (`reports/experiments.md`). "Report" is the number of the report that describes the experiment,
"measured" what that run of the harness measured.

| report | experiment | what it saw | scenario | outcome | measured |
|---|---|---|---|---|---|
"""
#: Lines of the figures that say something about the experiment, by how they begin.
_TELLING = (
    "kill ",
    "stop ",
    "pause ",
    "isolate ",
    "a ",
    "keys-per-member",
    "external-store",
    "increments",
    "items-per-consumer",
    "lost:",
    "order at",
    "received",
    "share of",
)


@dataclass(frozen=True)
class Experiment:
    """One scenario as a repetition of somebody's experiment.

    Attributes:
        seed: the report's number.
        did: what they did.
        saw: what they saw.
        scenario: the scenario's name.
        outcome: passed, failed or skipped.
        figures: of this run, as `harness.report.figures` has them.
    """

    seed: str
    did: str
    saw: str
    scenario: str
    outcome: str
    figures: str

    @property
    def measured(self) -> str:
        """The telling figures, in one line."""
        lines = [line.strip() for line in self.figures.splitlines()]
        return "; ".join(line.split(", because")[0] for line in lines if line.startswith(_TELLING))


def write(path: Path, experiments: Sequence[Experiment]) -> None:
    """Writes the table, in the order of the reports."""
    rows = [
        f"| {e.seed} | {e.did} | {e.saw} | `{e.scenario}` | {e.outcome} | {e.measured.replace('|', '/')} |"
        for e in sorted(experiments, key=lambda e: (e.seed, e.did))
    ]
    path.write_text(_HEAD + "\n".join(rows) + "\n")
