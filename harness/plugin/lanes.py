"""`python -m harness.plugin.lanes N ...`: the scenarios in N lanes side by side on one machine, and one report of them.

A lane is a `pytest --shard` of its own, with servers of its own; what it needs waits more than it works. `make
faulttolerance LANES=2` calls this. Whatever follows N goes to pytest.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from harness.errors import EXIT_BAD_INPUT, EXIT_INCONCLUSIVE, HarnessError
from harness.report import tables
from harness.report.folder import ReportFolder
from harness.report.merged import merge
from harness.report.record import Record

#: Of the lanes' exit statuses the first that is among them is the run's; see `harness.plugin.results`.
_WORST_FIRST = (1, EXIT_BAD_INPUT, EXIT_INCONCLUSIVE, 0)

Lane = subprocess.Popen[str]


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("count", metavar="N", type=click.IntRange(1, 16))
@click.option("--reports", default="reports", type=click.Path(path_type=Path), help="Where the run writes.")
@click.argument("arguments", metavar="...", nargs=-1, type=click.UNPROCESSED)
def main(count: int, reports: Path, arguments: tuple[str, ...]) -> None:
    """Runs N parts of the scenarios side by side; what follows N goes to pytest."""
    try:
        sys.exit(run(count, reports, arguments))
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(EXIT_BAD_INPUT)


def run(count: int, reports: Path, arguments: Sequence[str]) -> int:
    """Runs the lanes to their ends, writes their report, and gives the exit status.

    Args:
        count: how many lanes.
        reports: where the run writes; each lane in a folder inside.
        arguments: of pytest.

    Raises:
        BadInputError: the folder can't be written.
    """
    folder = ReportFolder(reports)
    parts = [folder.path / f"lane-{number}" for number in range(1, count + 1)]
    lanes = [_start(arguments, f"{number}/{count}", part) for number, part in enumerate(parts, start=1)]
    with _ended_with_this(lanes), ThreadPoolExecutor(count) as pool:
        list(pool.map(_show, lanes, range(1, count + 1)))
        statuses = [lane.wait() for lane in lanes]
    if ran := [part for part in parts if (part / folder.outcomes.name).exists()]:
        _tell(merge(ran, folder), folder)
    folder.close()
    return worst(statuses)


def worst(statuses: Sequence[int]) -> int:
    """One exit status of several: a broken guarantee before everything else, then what kept scenarios from running."""
    known = [status if status in _WORST_FIRST else EXIT_BAD_INPUT for status in statuses]
    return next(status for status in _WORST_FIRST if status in known)


def _start(arguments: Sequence[str], shard: str, part: Path) -> Lane:
    # Without its own summary: the run's is made of all lanes.
    command = [sys.executable, "-m", "pytest", "--no-summary", *arguments, "--shard", shard, f"--reports={part}"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _show(lane: Lane, number: int) -> None:
    assert lane.stdout is not None
    for line in lane.stdout:
        click.echo(f"{number}| {line}", nl=False)


@contextmanager
def _ended_with_this(lanes: Sequence[Lane]) -> Iterator[None]:
    """Passes SIGTERM on and waits; an interrupt from the keyboard reaches the lanes by itself."""

    def pass_on(number: int, _: object) -> None:
        for lane in lanes:
            lane.send_signal(number)

    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, pass_on),
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(whole: Record, folder: ReportFolder) -> None:
    for outcome in whole.outcomes:
        if outcome.words:
            click.echo(f"\n{outcome.title}: {outcome.result}\n{outcome.words}\nrepeat it: {outcome.repeat}")
    tables.terminal(whole.outcomes, Console())
    click.echo(f"{whole.sentence} {folder.summary}; `make report` makes the HTML of it.")


if __name__ == "__main__":
    main()
