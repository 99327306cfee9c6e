"""The journal of a run that is graded: what it runs on, and each scenario as it ends, a line of JSON each.

Whatever ends the run, what it has found out by then stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from harness.declared import About
from harness.errors import NodeStartError
from harness.report.outcome import Outcome

NAME = "graded.jsonl"
#: So many scenarios in a row whose services do not start are enough: each waits for a start anew.
ENOUGH = 2


@dataclass(frozen=True)
class Subject:
    """What a run runs on.

    Attributes:
        about: the system in words.
        backend: where its nodes run.
        timings: its failure detectors' settings.
        chosen: how many scenarios are to run.
        left_out: how many scenarios were left out, by the reason.
    """

    about: About
    backend: str
    timings: str
    chosen: int
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Journal:
    """What there is of a journal.

    Attributes:
        subject: None if the run did not get so far.
        outcomes: of the scenarios that have ended.
    """

    subject: Subject | None = None
    outcomes: tuple[Outcome, ...] = ()


def gives_up(outcomes: Sequence[Outcome]) -> bool:
    """Whether it is no use to run more scenarios after these."""
    last = outcomes[-ENOUGH:]
    return len(last) == ENOUGH and all(any(each.name == NodeStartError.finding for each in one.found) for one in last)


def line(entry: Subject | Outcome) -> str:
    """An entry as a line."""
    return msgspec.json.encode(entry, enc_hook=str).decode() + "\n"


def read(path: Path) -> Journal:
    """The journal in a file; one that is not there is empty, and a last line that is not whole counts for nothing."""
    lines: Sequence[str] = path.read_text().splitlines() if path.is_file() else ()
    subjects = [each for text in lines[:1] if (each := _decoded(text, Subject))]
    outcomes = [each for text in lines[1:] if (each := _decoded(text, Outcome))]
    return Journal(subjects[0] if subjects else None, tuple(outcomes))


def _decoded(text: str, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(text, type=kind, dec_hook=lambda wanted, value: wanted(value))
    except msgspec.MsgspecError:
        return None
