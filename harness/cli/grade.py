"""The command that grades many checkouts."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.times import seconds
from harness.errors import EXIT_INCONCLUSIVE, BadInputError

if TYPE_CHECKING:
    from harness.grading.row import Row

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folders", nargs=-1, required=True, type=_FOLDER, metavar="DIR...")
@click.option("--system-file", type=click.Path(path_type=Path), help="One file for all.  [default: DIR/system.toml]")
@click.option("--into", type=_FOLDER, default="graded", show_default=True, help="Folder of the table and the reports.")
@click.option("--parallel", type=click.IntRange(1, 64), default=1, show_default=True, help="How many at a time.")
@click.option("-m", "marks", default="faulttolerance", show_default=True, help="Which scenarios, by their marks.")
@click.option("-k", "names", default="", help="Which of these, by their names.")
@click.option(
    "--scenarios",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    default=("scenarios",),
    show_default=True,
    help="File or folder of scenarios; may be given several times.",
)
@click.option("--time", default="30m", show_default=True, metavar="TIME", help="For each checkout.")
@click.option("--limits", default="usual", show_default=True, help="Of each service, such as memory_mb=1024,cpus=2.")
@click.option("--unsafe-processes", is_flag=True, help="Run their code as this user, on this machine, without limits.")
def grade(
    folders: tuple[Path, ...],
    system_file: Path | None,
    into: Path,
    parallel: int,
    marks: str,
    names: str,
    scenarios: tuple[Path, ...],
    time: str,
    limits: str,
    unsafe_processes: bool,
) -> None:
    """Run the scenarios on each checkout DIR, and write one table of all.

    Each DIR has the code of one system, and a system.toml that describes it. The code is not trusted: it runs in
    containers without rights, within limits, on a network without a way out. What hangs, does not start or runs wild
    costs its own row only. All scenarios run that fit; -m "faulttolerance and quick" has those of the quick half run.

    The table is grades.html, grades.csv and grades.json in the folder --into. Called again, it goes on: what was graded
    in the same way, and has not changed since, is not run again.

    Exit status: 0 all held, 1 something broke, 2 bad input or an unfit environment, 3 some have no verdict.
    """
    # Here, so that no other command waits for what reads and shows runs to be imported.
    from harness.grading.checkouts import checkouts
    from harness.grading.choice import Choice
    from harness.grading.grade import grade_all
    from harness.topology.confinement import Confinement

    choice = Choice(
        scenarios,
        marks,
        names,
        None if unsafe_processes else Confinement.said(limits),
        seconds("--time", time),
    )
    if not unsafe_processes:
        _assert_engine()
    graded = grade_all(
        checkouts(folders, system_file), choice, into, lambda line: click.echo(line, err=True), parallel=parallel
    )
    click.echo(f"the table: {into / 'grades.html'} (and grades.csv, grades.json)")
    sys.exit(_status(each.row for each in graded))


def _assert_engine() -> None:
    """Checks that containers can be had.

    Raises:
        BadInputError: they can't.
    """
    from harness.backends import engine

    if why := engine.why_unavailable():
        raise BadInputError(
            f"what is graded is code that nobody knows, which only containers keep from this machine, and {why}. Start "
            "Docker, or give --unsafe-processes, which runs that code as you, with all that you may do"
        )


def _status(rows: Iterable[Row]) -> int:
    verdicts = {row.verdict for row in rows}
    return 1 if "broke" in verdicts else EXIT_INCONCLUSIVE if "no verdict" in verdicts else 0
