"""The matrix of mutants, scenarios and anomalies: what caught each mutant, for a terminal and as a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.table import Table

from tests.zoo.mutant import Mutant
from tests.zoo.results import ERROR, GREEN, RED, SKIPPED, Result


class Fate(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    MISTAKEN = "red for another reason"
    SURVIVED = "survived"
    KNOWN = "survived, as is known"
    NEWS = "caught, although it is said to survive"
    UNABLE = "can't be run on this backend"
    OPEN = "not finished"


#: The fates that fail a run.
BAD = {Fate.MISTAKEN, Fate.SURVIVED, Fate.NEWS}


#: Characters that a table shows of what a scenario says.
_SAID = 60


@dataclass(frozen=True)
class Row:
    """A mutant, its results in the order in which they came, and its fate."""

    mutant: Mutant
    results: Sequence[Result]
    fate: Fate


def rows(mutants: Iterable[Mutant], results: Sequence[Result]) -> list[Row]:
    """A row for each mutant."""
    found = []
    for mutant in mutants:
        own = [result for result in results if result.mutant == mutant.name]
        found.append(Row(mutant, own, fate(mutant, own)))
    return found


def fate(mutant: Mutant, results: Sequence[Result]) -> Fate:
    """What became of a mutant: the first scenario that was red decides."""
    red = next((result for result in results if result.colour == RED), None)
    if red is None:
        if not mutant.seen.keys() <= {result.scenario for result in results if result.colour != ERROR}:
            return Fate.OPEN
        if any(result.colour == SKIPPED for result in results):
            return Fate.UNABLE
        return Fate.KNOWN if mutant.survives else Fate.SURVIVED
    if mutant.survives:
        return Fate.NEWS
    expected = mutant.seen.get(red.scenario)
    return Fate.CAUGHT if expected and re.search(expected, red.words) else Fate.MISTAKEN


def terminal(rows: Sequence[Row], console: Console) -> None:
    """Shows the matrix as a table, and a sentence on all of it."""
    table = Table(box=None, pad_edge=False)
    table.add_column("mutant", no_wrap=True)
    table.add_column("scenario", overflow="fold")
    table.add_column("says", overflow="fold")
    table.add_column("fate")
    for row in rows:
        for result in row.results or (None,):
            cells = (_short(result.scenario), _said(result)[:_SAID]) if result else ("", "")
            table.add_row(row.mutant.name, *cells, row.fate.value)
    console.print(table)
    console.print(sentence(rows))


def sentence(rows: Sequence[Row]) -> str:
    """How many mutants had which fate."""
    fates = [row.fate for row in rows]
    counts = ", ".join(f"{fates.count(each)} {each.value}" for each in Fate if each in fates)
    return f"{len(rows)} mutants: {counts}."


def page(rows: Sequence[Row], where: Mapping[str, str]) -> str:
    """The matrix as a page in Markdown."""
    told = ", ".join(f"{name} {value}" for name, value in where.items())
    lines = ["# The zoo", "", f"{sentence(rows)} ({told})", "", "| mutant | what is wrong | scenario | says | fate |"]
    lines.append("|---|---|---|---|---|")
    for row in rows:
        for result in row.results or (None,):
            cells = (f"`{result.scenario}`", _said(result)) if result else ("", "")
            lines.append("| " + " | ".join((f"`{row.mutant.name}`", row.mutant.wrong, *cells, row.fate.value)) + " |")
    survivors = [row.mutant for row in rows if row.mutant.survives]
    if survivors:
        lines += ["", "## What nothing catches as yet", ""]
        lines += [f"- `{mutant.name}`: {mutant.wrong} {mutant.survives}" for mutant in survivors]
    return "\n".join(lines) + "\n"


def _short(scenario: str) -> str:
    """A scenario's id without what all of them have."""
    return scenario.removeprefix("test_").replace(".py::test_", ": ")


def _said(result: Result) -> str:
    said = {RED: result.words, GREEN: GREEN}.get(result.colour, f"{result.colour}: {result.words}")
    return said.replace("|", "/")
