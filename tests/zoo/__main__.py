"""Runs mutants against the scenarios that have to catch them: `python -m tests.zoo`, which is `make zoo`.

Exit status: 0 each of a mutant's scenarios caught it, by what fits; 1 it survived one, or was red for another reason;
2 bad input.
"""

from __future__ import annotations

import datetime
import functools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from harness.errors import EXIT_BAD_INPUT, BadInputError
from tests.zoo import matrix
from tests.zoo.daily import run_slice
from tests.zoo.mutant import ROOT, named
from tests.zoo.mutants import MUTANTS
from tests.zoo.plan import Pair, durations, pairs, shares
from tests.zoo.results import RED, Result, Results, commit

_LOOK_S = 0.5
#: A run starts two clusters; four cores carry them beside their clients.
_CORES_PER_RUN = 4


@click.command()
@click.argument("names", nargs=-1)
@click.option("--backend", default="auto", show_default=True, help="Where the nodes run: auto, docker or process.")
@click.option("--reports", type=Path, default=ROOT / "reports" / "zoo", help="Folder for results and the page.")
@click.option("--jobs", type=click.IntRange(1), help="How many runs side by side; one for four cores if not given.")
@click.option("--slice", "day", help="Only those whose turn it is on a day: today, or such as 2026-11-29.")
@click.option("--all-scenarios", is_flag=True, help="Try all others too with a mutant that none of its own catches.")
@click.option("--fresh", is_flag=True, help="Begin anew, whatever an earlier run has found.")
def main(
    names: tuple[str, ...],
    backend: str,
    reports: Path,
    jobs: int | None,
    day: str | None,
    all_scenarios: bool,
    fresh: bool,
) -> None:
    """Runs the mutants of these NAMES, or all; goes on where a run of the same commit stopped."""
    try:
        plan = pairs(named(MUTANTS, names))
        date = _date(day) if day else None
        results = Results(reports / "zoo.jsonl", commit(), fresh=fresh)
        jobs = jobs or max(1, (os.cpu_count() or 1) // _CORES_PER_RUN)
        run = functools.partial(_run, results=results, reports=reports, backend=backend, jobs=jobs)
        if date:
            plan = run_slice(plan, MUTANTS, date, results, run)
            # It is told, as nobody named it.
            sys.stdout.write(f"the slice of {date}: {', '.join(dict.fromkeys(name for name, _ in plan))}\n")
        else:
            run(results.open(plan))
        if all_scenarios:
            run(_others(plan, results))
    except BadInputError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    rows = matrix.rows(plan, MUTANTS, results.all)
    matrix.terminal(rows, Console())
    page = reports / "zoo.md"
    page.write_text(matrix.page(rows, {"commit": commit()[:12], "backend": backend}))
    sys.stdout.write(f"{page}\n")
    if any(row.fate is matrix.Fate.OPEN for row in rows):
        sys.stderr.write(f"error: not finished, {reports}/run-*/pytest.txt say why; the same command goes on\n")
        sys.exit(EXIT_BAD_INPUT)
    sys.exit(any(row.fate in matrix.BAD for row in rows))


def _date(day: str) -> datetime.date:
    try:
        return datetime.date.today() if day == "today" else datetime.date.fromisoformat(day)
    except ValueError as error:
        raise BadInputError(f"--slice {day!r} is no day: give today, or one such as 2026-11-29") from error


def _others(plan: Sequence[Pair], results: Results) -> list[Pair]:
    """The mutants of a plan that no scenario has seen, with all scenarios that were not tried, the quickest first."""
    caught = {result.mutant for result in results.all if result.colour == RED}
    alive = dict.fromkeys(name for name, _ in plan if name not in caught)
    took = durations()
    return results.open((name, other) for name in alive for other in sorted(took, key=lambda each: took[each]))


def _run(plan: Sequence[Pair], *, results: Results, reports: Path, backend: str, jobs: int) -> None:
    """Runs pytest for each share of the plan, and tells each result when it is there."""
    # A shell that starts something in the background has it ignore Ctrl-C, and so do all its children: these must not.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    told = set(results.all)
    running = [_start(part, results.path, _new(reports), backend) for part in shares(plan, MUTANTS, jobs)]
    try:
        while running:
            for process in running.copy():
                try:
                    process.wait(_LOOK_S)
                except subprocess.TimeoutExpired:
                    continue
                running.remove(process)
            told |= _tell(set(results.all) - told)
    except KeyboardInterrupt:
        # They were interrupted as well, and remove what they made.
        for process in running:
            process.wait()
    _tell(set(results.all) - told)


def _start(part: Sequence[Pair], results: Path, folder: Path, backend: str) -> subprocess.Popen[bytes]:
    plan = folder / "plan.json"
    plan.write_text(json.dumps(part))
    functions = sorted({f"scenarios/{scenario.partition('[')[0]}" for _, scenario in part})
    given = ["--zoo-plan", plan, "--zoo-results", results, "--backend", backend, f"--reports={folder / 'reports'}"]
    with (folder / "pytest.txt").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "-p", "tests.zoo.plugin", *map(str, given), *functions],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _new(reports: Path) -> Path:
    """A new folder for a run: one that goes on keeps the histories of what it goes on with."""
    number = 1 + sum(1 for _ in reports.glob("run-*"))
    (folder := reports / f"run-{number}").mkdir()
    return folder


def _tell(results: set[Result]) -> set[Result]:
    for result in sorted(results, key=lambda result: result.mutant):
        sys.stdout.write(f"{result.mutant}: {result.scenario}: {result.colour} {result.words} ({result.took_s} s)\n")
    sys.stdout.flush()
    return results


if __name__ == "__main__":
    main()
