"""The command that judges a history again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.cli.shown import json_option


@click.command()
@click.argument("history", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--check",
    "demands",
    multiple=True,
    metavar="NAME[:ARGUMENT=VALUE,...]",
    help="Judge by this checker instead of what the history demands, such as bounded_queue.check:bound=10; repeatable.",
)
@click.option("--report", type=click.Path(path_type=Path), help="Also write words, plots and timelines to this folder.")
@json_option
def replay(history: Path, demands: tuple[str, ...], report: Path | None, as_json: bool) -> None:
    """Judge a recorded HISTORY again, by what its scenario demanded of it.

    Exit status: 0 held, 1 broken, 2 not a history, 3 inconclusive (or nothing is demanded).
    """
    from harness.cli.judging import show_judgement

    sys.exit(show_judgement(history, demands, report, as_json=as_json))
