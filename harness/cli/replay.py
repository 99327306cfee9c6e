"""The command that judges a history again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.cli.shown import json_option


@click.command()
@click.argument("history", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--report", type=click.Path(path_type=Path), help="Also write words, plots and timelines to this folder.")
@json_option
def replay(history: Path, report: Path | None, as_json: bool) -> None:
    """Judge a recorded HISTORY again. Exit status: 0 held, 1 broken, 2 not a history, 3 inconclusive."""
    from harness.cli.judging import show_judgement

    sys.exit(show_judgement(history, report, as_json=as_json))
