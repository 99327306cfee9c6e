"""The matrix of mutants, scenarios and anomalies: who saw each mutant, and as what, for a terminal and as a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.table import Table

from tests.zoo.mutant import Mutant
from tests.zoo.plan import Pair
from tests.zoo.results import ERROR, GREEN, RED, SKIPPED, Result


class Fate(StrEnum):
    """What became of a mutant in a scenario."""

    CAUGHT = "caught"
    MISTAKEN = "red for another reason"
    MISTOLD = "caught, and not told where its messages went"
    SURVIVED = "survived"
    KNOWN = "survived, as is known"
    NEWS = "caught, although it is said to survive"
    UNABLE = "can't be run on this backend"
    OPEN = "not finished"


#: The fates that fail a run.
BAD = {Fate.MISTAKEN, Fate.MISTOLD, Fate.SURVIVED, Fate.NEWS}


#: What ended a scenario that no checker ended begins with a kind; names of anomalies have none.
_SAYS = re.compile(r"[^,]*?: ")
_PAGE_HEAD = "| mutant | what is wrong | scenario | says | where its messages went wrong | fate |"
#: Characters that a table shows of what a scenario says.
_SAID = 60


@dataclass(frozen=True)
class Row:
    """A mutant, a scenario, how that ended if it did, and the mutant's fate there."""

    mutant: Mutant
    scenario: str
    result: Result | None
    fate: Fate


def rows(plan: Iterable[Pair], mutants: Mapping[str, Mutant], results: Sequence[Result]) -> list[Row]:
    """A row for each pair of a plan, and for each scenario beside them that saw one of its mutants."""
    found = {(result.mutant, result.scenario): result for result in results}
    wanted = list(plan)
    names = {name for name, _ in wanted}
    others = [pair for pair, result in found.items() if pair[0] in names and result.colour == RED]
    return [
        Row(mutants[name], scenario, result := found.get((name, scenario)), fate(mutants[name], scenario, result))
        for name, scenario in dict.fromkeys((*wanted, *others))
    ]


def fate(mutant: Mutant, scenario: str, result: Result | None) -> Fate:
    """What became of a mutant in a scenario."""
    if result is None or result.colour == ERROR:
        return Fate.OPEN
    if result.colour == SKIPPED:
        return Fate.UNABLE
    if result.colour == GREEN:
        return Fate.KNOWN if mutant.survives else Fate.SURVIVED
    if mutant.survives:
        return Fate.NEWS
    expected = mutant.seen.get(scenario)
    if not expected or not _fits(expected, result):
        return Fate.MISTAKEN
    return Fate.CAUGHT if _is_told(mutant.told.get(scenario), result) else Fate.MISTOLD


def _fits(expected: str, result: Result) -> bool:
    """Whether a pattern is the whole name of an anomaly that was found, or the beginning of what else was said."""
    if _SAYS.match(result.words):
        return bool(re.match(expected, result.words))
    return bool(re.search(f"(^|, )({expected})(, |$)", result.words))


def _is_told(expected: str | None, result: Result) -> bool:
    """Whether all that is told of the messages of an anomaly begins as it has to, and something is told."""
    if expected is None:
        return True
    anomaly = expected.partition(": ")[0]
    lines = [line for line in result.told if line.partition(": ")[0] == anomaly]
    return bool(lines) and all(re.match(expected, line) for line in lines)


def terminal(rows: Sequence[Row], console: Console) -> None:
    """Shows the matrix as a table, and a sentence on all of it."""
    table = Table(box=None, pad_edge=False)
    table.add_column("mutant", no_wrap=True)
    table.add_column("scenario", overflow="fold")
    table.add_column("says", overflow="fold")
    table.add_column("fate")
    for row in rows:
        table.add_row(row.mutant.name, _short(row.scenario), _said(row.result)[:_SAID], row.fate.value)
    console.print(table)
    console.print(sentence(rows))


def sentence(rows: Sequence[Row]) -> str:
    """How often mutants had which fate."""
    fates = [row.fate for row in rows]
    counts = ", ".join(f"{fates.count(each)} {each.value}" for each in Fate if each in fates)
    return f"{len({row.mutant.name for row in rows})} mutants, {len(rows)} times in a scenario: {counts}."


def page(rows: Sequence[Row], where: Mapping[str, str]) -> str:
    """The matrix as a page in Markdown."""
    told = ", ".join(f"{name} {value}" for name, value in where.items())
    lines = ["# The zoo", "", f"{sentence(rows)} ({told})", "", _PAGE_HEAD]
    lines.append("|---|---|---|---|---|---|")
    for row in rows:
        cells = (
            f"`{row.mutant.name}`",
            row.mutant.wrong,
            f"`{row.scenario}`",
            _said(row.result),
            _told(row.result),
            row.fate.value,
        )
        lines.append("| " + " | ".join(cells) + " |")
    survivors = list({row.mutant.name: row.mutant for row in rows if row.mutant.survives}.values())
    if survivors:
        lines += ["", "## What nothing catches as yet", ""]
        lines += [f"- `{mutant.name}`: {mutant.wrong} {mutant.survives}" for mutant in survivors]
    return "\n".join(lines) + "\n"


def _short(scenario: str) -> str:
    """A scenario's id without what all of them have."""
    return scenario.removeprefix("test_").replace(".py::test_", ": ")


def _told(result: Result | None) -> str:
    return " ".join(result.told).replace("|", "/") if result else ""


def _said(result: Result | None) -> str:
    if result is None:
        return ""
    said = {RED: result.words, GREEN: GREEN}.get(result.colour, f"{result.colour}: {result.words}")
    return said.replace("|", "/")
