"""Runs published defects on both of their sides: `python -m tests.track_record`, which is `make track-record`.

Exit status: 0 each was red under its anomaly on the affected side and green on the other, in every run; 1 one was not;
2 bad input.
"""

from __future__ import annotations

import datetime
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from harness.errors import EXIT_BAD_INPUT, BadInputError
from tests.track_record.defect import AFFECTED, FIXED, Defect, every_defect
from tests.track_record.results import Runs, read
from tests.zoo.mutant import ROOT
from tests.zoo.results import commit

_FOLDER = ROOT / "tests" / "track_record" / "defects"


@click.command()
@click.argument("names", nargs=-1)
@click.option("-n", "count", type=click.IntRange(1), default=3, show_default=True, help="How often each side runs.")
@click.option("--reports", type=Path, default=ROOT / "reports" / "track-record", help="Folder for the reports.")
def main(names: tuple[str, ...], count: int, reports: Path) -> None:
    """Runs the defects of these NAMES, or all, each on both sides, and shows what came of them."""
    try:
        chosen = _named(names)
        sides = [(name, side) for name in chosen for side in (AFFECTED, FIXED)]
        runs = {(name, side): _run(name, side, count, reports / name / side) for name, side in sides}
    except BadInputError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    Console().print(_table(chosen, runs))
    sys.stdout.write(f"seen at {commit()[:12]} on {datetime.date.today()}; the reports are in {reports}\n")
    shown = all(
        runs[name, AFFECTED].red(defect.anomaly) == runs[name, FIXED].green == count for name, defect in chosen.items()
    )
    sys.exit(not shown)


def _named(names: Sequence[str]) -> dict[str, Defect]:
    defects = every_defect()
    if unknown := [name for name in names if name not in defects]:
        raise BadInputError(f"there is no defect {unknown[0]!r}; there are {', '.join(defects)}")
    return {name: defects[name] for name in names or defects}


def _run(name: str, side: str, count: int, reports: Path) -> Runs:
    """Runs one side so many times, in a process of its own: some have clients that leave threads behind."""
    shutil.rmtree(reports, ignore_errors=True)
    scenario = f"{_FOLDER.relative_to(ROOT)}/{name}.py::[{side}]"
    command = [sys.executable, "-m", "harness", "flake", scenario, "-n", str(count), "--backend", "process"]
    subprocess.run([*command, f"--reports={reports}"], cwd=ROOT, check=False)
    return read(reports / "flake.json")


def _table(defects: dict[str, Defect], runs: dict[tuple[str, str], Runs]) -> Table:
    table = Table("defect", "affected", "fixed", "anomaly", "A red", "B green")
    for name, defect in defects.items():
        affected, fixed = runs[name, AFFECTED], runs[name, FIXED]
        red, green = f"{affected.red(defect.anomaly)}/{affected.count}", f"{fixed.green}/{fixed.count}"
        table.add_row(name, defect.affected.what, defect.fixed.what, defect.anomaly, red, green)
    return table


if __name__ == "__main__":
    main()
