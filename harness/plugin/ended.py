"""How an item ended, as it gets from the process that ran it to the one that tells of the whole run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.report.experiments import Experiment
from harness.report.outcome import Figures, Found, Outcome
from harness.results import Result
from harness.telling import Line

#: The attribute of pytest's own report: a worker of pytest-xdist sends plain values there to the controller.
_ON_REPORT = "harness_ended"


@dataclass(frozen=True)
class Ended:
    """What is known of how an item ends.

    Attributes:
        result: what became of it up to now.
        backend: the name of the backend that its nodes ran on.
        outcome: of a scenario that is over, for the table.
        experiments: those that the scenario repeats.
        lacking: what could not be reported.
    """

    result: Result
    backend: str
    outcome: Outcome | None = None
    experiments: tuple[Experiment, ...] = ()
    lacking: tuple[str, ...] = ()

    def put_on(self, report: pytest.TestReport) -> None:
        """Has pytest's report of a phase carry it."""
        report.__dict__[_ON_REPORT] = json.dumps(asdict(self), default=str)

    @classmethod
    def on(cls, report: pytest.TestReport) -> Ended | None:
        """What a report of pytest carries; None if that is nothing."""
        text = report.__dict__.get(_ON_REPORT)
        return None if text is None else _ended(json.loads(text))


def _ended(value: Mapping[str, Any]) -> Ended:
    outcome = value["outcome"]
    return Ended(
        Result(value["result"]),
        value["backend"],
        _outcome(outcome) if outcome else None,
        tuple(_experiment(each) for each in value["experiments"]),
        tuple(value["lacking"]),
    )


def _outcome(value: Mapping[str, Any]) -> Outcome:
    figures = value["figures"]
    return Outcome(
        **{
            **value,
            "result": Result(value["result"]),
            "figures": Figures(**{**figures, "faults": tuple(figures["faults"])}),
            "found": tuple(Found(**found) for found in value["found"]),
            "noticed": tuple(Found(**found) for found in value["noticed"]),
            "history": Path(value["history"]) if value["history"] else None,
            "logs": Path(value["logs"]) if value["logs"] else None,
        }
    )


def _experiment(value: Mapping[str, Any]) -> Experiment:
    return Experiment(**{**value, "lines": tuple(Line(**line) for line in value["lines"])})
