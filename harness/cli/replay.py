"""The command that judges a history again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.cli.shown import json_option
from harness.errors import BadInputError


@click.command()
@click.argument("history", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[-- OPTIONS OF PYTEST]")
@click.option(
    "--check",
    "demands",
    multiple=True,
    metavar="NAME[:ARGUMENT=VALUE,...]",
    help="Judge by this checker instead of what the history demands, such as bounded_queue.check:bound=10; repeatable.",
)
@click.option("--report", type=click.Path(path_type=Path), help="Also write words, plots and timelines to this folder.")
@click.option("--rerun", "again", is_flag=True, help="Run its scenario again instead, with the plan of its faults.")
@json_option
def replay(
    history: Path, options: tuple[str, ...], demands: tuple[str, ...], report: Path | None, again: bool, as_json: bool
) -> None:
    """Judge a recorded HISTORY again, by what its scenario demanded of it.

    With --rerun its scenario runs once more, with the plan of the history (a scenario with a random nemesis has one).
    The plan is the same each time, what the system makes of it is not. Options of pytest may follow a --.

    Exit status: 0 held, 1 broken, 2 not a history, 3 inconclusive (or nothing is demanded).
    """
    if again:
        from harness.cli.rerun import rerun

        if demands or report or as_json:
            raise BadInputError("--rerun runs a scenario, which judges itself: leave out --check, --report and --json")
        sys.exit(rerun(history, options))
    if options:
        raise BadInputError(f"{' '.join(options)!r} is more than one history; options of pytest are for --rerun")
    from harness.cli.judging import show_judgement

    sys.exit(show_judgement(history, demands, report, as_json=as_json))
