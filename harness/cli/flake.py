"""The command that runs one scenario many times, and says how often it does not hold."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from harness.backends.protocol import BACKENDS
from harness.errors import EXIT_BAD_INPUT
from harness.topology.timings import PROFILES


@click.command()
@click.argument("scenario")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[-- OPTIONS OF PYTEST]")
@click.option("-n", "count", type=click.IntRange(1), default=30, show_default=True, help="How often it runs.")
@click.option("--backend", type=click.Choice(BACKENDS), help="Where nodes run.  [default: auto]")
@click.option("--timings", type=click.Choice(list(PROFILES)), help="Failure detectors.  [default: fast]")
@click.option("--reports", type=click.Path(path_type=Path), help="Folder for the reports.  [default: reports]")
def flake(
    scenario: str,
    options: tuple[str, ...],
    count: int,
    backend: str | None,
    timings: str | None,
    reports: Path | None,
) -> None:
    """Run one SCENARIO many times; say how often it does not hold, and what is found then.

    SCENARIO is its id, or a part of the id that only one scenario has. All runs are in one session, so that the servers
    are started once, and no failure ends it. The rate of failure comes with its 95 % confidence interval
    (Clopper-Pearson), and each failure with the command that judges its history again. Ctrl-C ends the runs; those
    that have ended are told.

    Options of pytest may follow a --, such as `-x`, to end with the first run that does not hold.

    Exit status: 0 all held, 1 some were broken, 2 bad input or an unfit environment, 3 some were inconclusive.
    """
    # Here, so that no other command waits for pytest to be imported.
    import pytest

    from harness.plugin.repeating import Repeating

    # Only what was given: where an option of that name is the suite's own, it keeps its default.
    given = {"--backend": backend, "--timings": timings, "--reports": reports}
    ours = [f"{name}={value}" for name, value in given.items() if value is not None]
    repeating = Repeating(scenario, count)
    with tempfile.TemporaryDirectory() as cache:
        # What failed here under a name that no other run has is nothing for the next `pytest --last-failed`.
        arguments = [*repeating.arguments, "-o", f"cache_dir={cache}", *ours, *options]
        pytest.main(arguments, plugins=[repeating])
    if repeating.repeated:
        click.echo(f"\n{repeating.repeated.text}")
    for line in repeating.lacking:
        click.echo(f"the report lacks: {line}")
    if repeating.problem:
        raise repeating.problem
    sys.exit(repeating.repeated.status if repeating.repeated else EXIT_BAD_INPUT)
