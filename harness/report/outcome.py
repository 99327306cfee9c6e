"""The outcome of one scenario, as the row of every table that shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.checks import Evaluation
from harness.events import faults, in_words
from harness.recovery import kinds
from harness.results import Result
from harness.telling import request_of


@dataclass(frozen=True)
class Figures:
    """The figures of a history, and of the checkers that judged it. None where they say nothing of it.

    Attributes:
        faults: what was done to whom, such as "kill node-2".
        acknowledged: how many writes were answered with success; what was written again is one.
        lost: how many of them were gone at the end; some scenarios expect that.
        hidden: as many more may be lost, as something whose outcome is unknown may have come in their place.
        unavailable_s: the longest time without a success of any kind of request, in seconds.
    """

    faults: tuple[str, ...] = ()
    acknowledged: int | None = None
    lost: int | None = None
    hidden: int = 0
    unavailable_s: float | None = None


@dataclass(frozen=True)
class Found:
    """One thing that is wrong in a scenario.

    Attributes:
        name: of the anomaly, or of an error that is the system's own; empty for what has none.
        sentence: says it in words.
        judged: whether a checker or an assertion found it; an error has ended the scenario otherwise.
    """

    name: str
    sentence: str
    judged: bool = True


@dataclass(frozen=True)
class Outcome:
    """The outcome of one scenario of a run.

    Attributes:
        scenario: its id, as pytest takes it.
        result: what became of it.
        figures: of its history.
        took_s: how long it took, with its setup, in seconds.
        words: why it did not hold, in plain words; empty if it did.
        repeat: the command that repeats just this.
        found: what is wrong, each thing by itself; of a scenario without a verdict, why it has none.
        guarantee: what its mark says that has to hold.
        history: the file of its history, if it left one.
        logs: the folder of its nodes' logs, if it left one.
        spent: the seconds that it spent, by what on (`harness.spent`).
        noticed: what else was seen of the system, and is no fault by itself.
        tried: what is broken and what has to hold, as its docstring says; empty without one.
    """

    scenario: str
    result: Result
    figures: Figures
    took_s: float
    words: str
    repeat: str
    found: tuple[Found, ...] = ()
    guarantee: str = ""
    history: Path | None = None
    logs: Path | None = None
    spent: Mapping[str, float] = field(default_factory=dict)
    noticed: tuple[Found, ...] = ()
    tried: str = ""

    @property
    def anomalies(self) -> tuple[str, ...]:
        """The names of what its checkers found, each once."""
        return tuple(dict.fromkeys(found.name for found in self.found if found.name and found.judged))

    @property
    def title(self) -> str:
        """The scenario's name as a sentence."""
        return title(self.scenario)


def title(scenario: str) -> str:
    """The words for `.../test_x.py::test_losing_one_loses_nothing[10-stop]` as "losing one loses nothing: 10, stop"."""
    name, _, parameters = scenario.rpartition("::")[2].partition("[")
    words = re.sub(r"^test_", "", name).replace("_", " ")
    return f"{words}: {parameters.rstrip(']').replace('-', ', ', 1)}" if parameters else words


def measured(evaluation: Evaluation) -> Figures:
    """The figures of a history."""
    requests = [kind.unavailable_s for kind in kinds(evaluation.events) if request_of(kind.f)]
    return Figures(
        faults=tuple(map(in_words, faults(evaluation.events))),
        acknowledged=evaluation.figure("acknowledged"),
        lost=evaluation.figure("lost"),
        hidden=evaluation.figure("hidden") or 0,
        unavailable_s=max(requests, default=None),
    )
