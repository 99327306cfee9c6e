"""The command that looks for the smallest plan with which a scenario still fails."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.backends.protocol import BACKENDS
from harness.cli.times import seconds
from harness.errors import EXIT_INCONCLUSIVE, BadInputError, HarnessError
from harness.plugin.meant import parts

if TYPE_CHECKING:
    from harness.faults.plan import Plan

_BROKEN = 1


class _OverError(HarnessError):
    """The time for the search is over."""


@click.command()
@click.argument("scenario")
@click.argument("history", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[-- OPTIONS OF PYTEST]")
@click.option(
    "--budget", default="10m", show_default=True, metavar="TIME", help="How long to search, such as 90s or 2h."
)
@click.option(
    "-n", "count", type=click.IntRange(1), default=3, show_default=True, help="Runs of the whole plan before."
)
@click.option("--backend", type=click.Choice(BACKENDS), help="Where nodes run.  [default: auto]")
def shrink(
    scenario: str, history: Path, options: tuple[str, ...], budget: str, count: int, backend: str | None
) -> None:
    """Find the smallest plan with which SCENARIO still fails.

    HISTORY is that of a run that failed, with the plan that it followed, or a plan by itself. It is run a few times
    first, to see how often it fails; a smaller one counts as failing if it fails once in so many runs that one which
    fails as often would be missed in 5 of 100 cases. Acts are left out, then made shorter, then sooner. The smallest
    is written beside HISTORY. Ctrl-C ends the search, and what was found is told.

    Exit status: 0 found, or nothing smaller fails, 2 bad input or an unfit environment, 3 the whole plan held.
    """
    from harness.faults.plan import read
    from harness.faults.shrinking import runs_for, shrunk

    budget_s = seconds("--budget", budget)
    plan = read(history)
    search = _Search(scenario, [*([f"--backend={backend}"] if backend else []), *options])
    failed = search.failures(plan, count)
    if not failed:
        click.echo(f"the whole plan held in {count} runs; it fails seldom, or no more: try -n {4 * count}")
        sys.exit(EXIT_INCONCLUSIVE)
    runs = runs_for(failed, count)
    click.echo(f"the whole plan, {_size(plan)}, failed in {failed} of {count} runs; each smaller one has {runs}")
    search.ends_s = time.monotonic() + budget_s
    smallest = plan
    with suppress(_OverError, KeyboardInterrupt):
        for smallest in shrunk(plan, lambda candidate: search.failures(candidate, runs, most=1) > 0):
            click.echo(f"fails as well: {_size(smallest)} ({search.runs} runs so far)")
    _tell(scenario, history.with_suffix(".shrunk.json"), smallest, search.runs)


class _Search:
    """Runs plans, each in a process of its own that starts the servers once."""

    def __init__(self, scenario: str, options: Sequence[str]) -> None:
        self._file, name = parts(scenario)
        # A plan takes the place of a seed in the id.
        self._name, self._options = name.partition("[")[0], options
        self.ends_s = float("inf")
        self.runs = 0

    def failures(self, plan: Plan, count: int, *, most: int | None = None) -> int:
        """In how many of so many runs of the scenario something is broken; `most` of them are enough.

        Raises:
            BadInputError: pytest could not run it; what it says is above.
            _OverError: the time is over.
        """
        failed = 0
        for _ in range(count):
            if time.monotonic() > self.ends_s:
                raise _OverError
            failed += self._fails(plan)
            if failed == most:
                break
        return failed

    def _fails(self, plan: Plan) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "plan.json"
            file.write_text(json.dumps(plan.value))
            reports = f"--reports={folder}/reports"
            # What is not said of the scenario is the suite's: its marks and what it leaves out do not count here.
            asked = [*("-m", "", "-k", self._name), f"--nemesis-plan={file}", reports, *self._options]
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                *([self._file] if self._file else []),
                *asked,
            ]
            ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.runs += 1
        if ended.returncode not in (0, _BROKEN, EXIT_INCONCLUSIVE):
            said = "\n".join(ended.stdout.splitlines()[-5:])
            raise BadInputError(f"the scenario could not be run (exit status {ended.returncode}):\n{said}")
        return ended.returncode == _BROKEN


def _size(plan: Plan) -> str:
    acts = f"{len(plan.acts)} act{'s' * (len(plan.acts) != 1)}"
    return f"{acts} in {max((act.at_s + act.lasting_s for act in plan.acts), default=0):g} s"


def _tell(scenario: str, file: Path, plan: Plan, runs: int) -> None:
    """Shows the smallest plan, as words, as a file for the command line, and as code for a scenario."""
    file.write_text(json.dumps(plan.value, indent=1))
    click.echo(f"\nthe smallest plan that failed, after {runs} runs:\n\n{plan.words}\n")
    click.echo(f"repeat it: pytest {shlex.quote(scenario)} --nemesis-plan {shlex.quote(str(file))}")
    acts = "\n".join(f"        {act!r}," for act in plan.acts)
    click.echo(f"in a scenario, in place of its plan:\n\n    plan = Plan((\n{acts}\n    ))")
