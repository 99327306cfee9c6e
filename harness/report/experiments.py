"""The experiments of the reports that this project grew from: who did what, what they saw, and what a run measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.telling import Line

_HEAD = """\
# The experiments, what their authors saw, and what the harness measures

A run wrote this table (`reports/experiments.md`). "Report" is the number of the report that describes the experiment,
"measured" what that run of the harness measured.

| report | experiment | what it saw | scenario | outcome | measured |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Experiment:
    """One scenario as a repetition of somebody's experiment.

    Attributes:
        report: the number of the report.
        did: what they did.
        saw: what they saw.
        scenario: the scenario's name.
        outcome: passed, failed or skipped.
        lines: what is said of it in this run.
    """

    report: str
    did: str
    saw: str
    scenario: str
    outcome: str
    lines: Sequence[Line]

    @property
    def measured(self) -> str:
        """The figures that say something about the experiment, in one line."""
        return "; ".join(line.in_short for line in self.lines if line.in_short)


def write(path: Path, experiments: Sequence[Experiment]) -> None:
    """Writes the table, in the order of the reports."""
    rows = [
        f"| {e.report} | {e.did} | {e.saw} | `{e.scenario}` | {e.outcome} | {e.measured.replace('|', '/')} |"
        for e in sorted(experiments, key=lambda e: (e.report, e.did))
    ]
    path.write_text(_HEAD + "\n".join(rows) + "\n")
