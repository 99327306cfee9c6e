"""The command that follows random plans for as long as there is time, and tells which of them did not hold."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.backends.protocol import BACKENDS
from harness.cli.times import seconds
from harness.errors import EXIT_BAD_INPUT, BadInputError
from harness.plain import printable
from harness.results import Result, gravest

if TYPE_CHECKING:
    from harness.plugin.exploring import Explored


@click.command()
@click.argument("suite", type=click.Path(exists=True, path_type=Path))
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[-- OPTIONS OF PYTEST]")
@click.option("--duration", default="1h", show_default=True, metavar="TIME", help="How long, such as 90s, 30m or 2h.")
@click.option(
    "--into",
    default="explored",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the journal, with which the next exploration goes on.",
)
@click.option("--backend", type=click.Choice(BACKENDS), help="Where nodes run.  [default: auto]")
def explore(suite: Path, options: tuple[str, ...], duration: str, into: Path, backend: str | None) -> None:
    """Follow random plans until the time is over.

    SUITE is a file or folder of scenarios; those that follow a random plan take turns, each with the plans of some
    seeds that it has not had yet. What ended how stands in the journal, and the histories of what did not hold beside
    it; called again, it goes on with the next seeds. Options of pytest may follow a --.

    Exit status: 0 all of this journal held, 1 some were broken, 2 bad input or an unfit environment, 3 some were
    inconclusive.
    """
    # Here, so that no other command waits for pytest to be imported.
    import pytest

    from harness.plugin.exploring import Exploring, Journal

    lasting_s = seconds("--duration", duration)
    journal = Journal(into)
    exploring = Exploring(journal, lasting_s)
    before = len(journal.explored)
    ours = [f"--reports={into}/last-run", *([f"--backend={backend}"] if backend else [])]
    ended = pytest.main([*exploring.arguments, str(suite), *ours, *options], plugins=[exploring])
    if not exploring.has_items and ended == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise BadInputError(f"no scenario of {suite} follows a random plan: give it the marker `nemesis`")
    for line in _lines(journal.explored, len(journal.explored) - before, into):
        click.echo(line)
    if len(journal.explored) == before:
        sys.exit(EXIT_BAD_INPUT)
    sys.exit(gravest(each.result for each in journal.explored))


def _lines(explored: Sequence[Explored], now: int, folder: Path) -> Iterator[str]:
    counts = Counter(each.result for each in explored)
    counted = ", ".join(f"{counts[result]} {result}" for result in Result if counts[result])
    yield f"\n{now} plans now; {len(explored)} in all: {counted or 'none'}. The journal is {folder}/explored.jsonl"
    for each in explored:
        if each.result.failed:
            yield printable(f"\n{each.scenario}, seed {each.seed}: {each.sentence}")
            yield f"  repeat it: {each.repeat}"
            if each.history:
                yield f"  harness replay {shlex.quote(str(folder / each.history))}"
