"""A run as data, `outcomes.json` in its folder: its tables are made from this, and those of several parts of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.errors import BadInputError
from harness.report import experiments, html, tables
from harness.report.environment import environment
from harness.report.experiments import Experiment
from harness.report.folder import ReportFolder
from harness.report.outcome import Outcome


@dataclass(frozen=True)
class Record:
    """What became of every scenario of a run.

    Attributes:
        backend: where it ran.
        timings: of its failure detectors.
        outcomes: of its scenarios, in their order.
        experiments: those of them that repeat one of the reports' experiments.
    """

    backend: str
    timings: str
    outcomes: tuple[Outcome, ...]
    experiments: tuple[Experiment, ...]

    @property
    def sentence(self) -> str:
        """How many scenarios ended how."""
        return tables.in_one_sentence(self.outcomes, backend=self.backend, timings=self.timings)

    def write(self, folder: ReportFolder) -> None:
        """Writes it, its tables, and how Allure is to show it."""
        where = {"backend": self.backend, "timings": self.timings}
        folder.outcomes.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1))
        tables.write_markdown(folder.summary, self.outcomes, **where)
        if self.experiments:
            experiments.write(folder.experiments, self.experiments)
        html.write_config(folder.path, environment(**where))


def read(path: Path) -> Record:
    """The record of a run.

    Raises:
        BadInputError: there is none, or it is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except (OSError, msgspec.DecodeError) as error:
        raise BadInputError(f"{path} is no record of a run ({error}); give a folder that a run wrote to") from error


def together(parts: Sequence[Record]) -> Record:
    """One record of the parts of a run, by scenario."""
    return Record(
        backend=", ".join(dict.fromkeys(part.backend for part in parts)),
        timings=", ".join(dict.fromkeys(part.timings for part in parts)),
        outcomes=tuple(sorted((o for part in parts for o in part.outcomes), key=lambda o: o.scenario)),
        experiments=tuple(experiment for part in parts for experiment in part.experiments),
    )
