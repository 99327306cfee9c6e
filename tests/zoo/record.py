"""Keeps the matrix of docs/zoo.md, which has how each mutant was last seen to end with each of its scenarios.

    python -m tests.zoo.record                          lists what has no row
    python -m tests.zoo.record reports/zoo/zoo.jsonl    puts what a run has caught into the page

Exit status: 0; 1 something has no row, or was not caught and is left out; 2 bad input.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from harness.errors import EXIT_BAD_INPUT, BadInputError
from tests.zoo.matrix import Fate, fate
from tests.zoo.mutant import ROOT, Mutant
from tests.zoo.mutants import MUTANTS
from tests.zoo.plan import Pair, pairs
from tests.zoo.results import Result, read

PAGE = ROOT / "docs" / "zoo.md"
_HEAD = "| mutant | what is wrong | scenario | says | fate | seen at |\n|---|---|---|---|---|---|\n"
_ROW = re.compile(r"\| `(?P<mutant>\w+)` \| .* \| `(?P<scenario>[^`]+\.py::[^`]+)` \| .*\n")
_COUNT = re.compile(r"\d+ mutants, \d+ times in a scenario: each was caught\.\n")
#: The characters that a row shows of what a scenario says, at most.
_SAID = 150


def rows_of(page: str) -> dict[Pair, str]:
    """The rows of the page's matrix, by mutant and scenario."""
    return {(row["mutant"], row["scenario"]): row[0] for row in _ROW.finditer(page)}


def missing(page: str, plan: Iterable[Pair]) -> list[Pair]:
    """What of a plan has no row."""
    rows = rows_of(page)
    return [pair for pair in plan if pair not in rows]


def with_rows(page: str, new: Mapping[Pair, str], plan: Sequence[Pair]) -> str:
    """The page with these rows in place of what it has of the same, in the plan's order, and without what is no more.

    Raises:
        BadInputError: the page has no such matrix.
    """
    before, head, after = page.partition(_HEAD)
    if not head or not _COUNT.search(before):
        raise BadInputError(f"{PAGE.name} has no matrix: expected a sentence of how many were caught, and {_HEAD!r}")
    rows = {**rows_of(after), **new}
    kept = [pair for pair in plan if pair in rows]
    count = f"{len({name for name, _ in kept})} mutants, {len(kept)} times in a scenario: each was caught.\n"
    rest = _ROW.sub("", after)
    return _COUNT.sub(count, before) + head + "".join(rows[pair] for pair in kept) + rest


def row(mutant: Mutant, result: Result, seen_at: str) -> str:
    """The row of a mutant that was caught."""
    words = result.words.replace("|", "/")
    said = words if len(words) <= _SAID else f"{words[:_SAID].rstrip()}..."
    return f"| `{mutant.name}` | {mutant.wrong} | `{result.scenario}` | {said} | {Fate.CAUGHT.value} | {seen_at} |\n"


def _of_main(commit: str) -> str:
    """The newest commit of main that a run had below it, in a few letters."""
    asked = ["git", "merge-base", "main", commit.partition("+")[0]]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        raise BadInputError(f"{commit[:12]} is no commit of this checkout: {found.stderr.strip()}")
    return found.stdout[:7]


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files: tuple[Path, ...]) -> None:
    """Puts the results in FILES (`zoo.jsonl` of a run) into docs/zoo.md; without any, lists what has no row there."""
    plan = pairs(list(MUTANTS.values()))
    try:
        new, refused = {}, []
        for file in files:
            commit, results = read(file)
            for result in results:
                name, scenario = result.pair
                if name not in MUTANTS or fate(MUTANTS[name], scenario, result) is not Fate.CAUGHT:
                    refused.append(result)
                else:
                    new[result.pair] = row(MUTANTS[name], result, _of_main(commit))
        page = with_rows(PAGE.read_text(), new, plan)
    except BadInputError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    if not files:
        open_ = missing(page, plan)
        sys.stdout.write("".join(f"{name} {scenario}\n" for name, scenario in open_))
        sys.exit(bool(open_))
    PAGE.write_text(page)
    for result in refused:
        sys.stderr.write(f"left out, as it was not caught: {' '.join(result.pair)}: {result.colour} {result.words}\n")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} has {len(new)} rows of these\n")
    sys.exit(bool(refused))


if __name__ == "__main__":
    main()
