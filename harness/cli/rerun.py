"""The work of `harness replay --rerun`: runs the scenario of a history again, with the plan of its faults."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from harness.errors import EXIT_BAD_INPUT, EXIT_INCONCLUSIVE, BadInputError
from harness.events import NEMESIS, SCENARIO, Event
from harness.faults.plan import read as read_plan
from harness.plugin.planning import with_a_file
from harness.reading import read

#: A run empties its own folder, and the history may be in the usual one.
_REPORTS = Path("reports/rerun")


def rerun(history: Path, options: Sequence[str]) -> int:
    """Runs it as it ran, in a process of its own that shows what pytest shows; gives the exit status.

    Args:
        history: of the scenario.
        options: more for pytest.

    Raises:
        BadInputError: it is no history, or names no scenario, or has no plan; or pytest could not run the scenario.
    """
    ran = _ran(history, read(history))
    plan = read_plan(history)
    scenario = with_a_file(ran["id"])
    click.echo(f"{scenario} once more, with the plan of {history}:\n{plan.words}")
    click.echo("the plan is the same each time, what the system makes of it is not: this run may end otherwise")
    again = [f"--{name}={ran[name]}" for name in ("backend", "timings", "seed") if name in ran]
    again += [f"--release={kind}={version}" for kind, version in ran.get("releases", {}).items()]
    # What is not said of the scenario is the suite's: what its marks leave out does not count here.
    asked = ["-m", "", scenario, *again, f"--nemesis-plan={history}", f"--reports={_REPORTS}", *options]
    status = subprocess.run([sys.executable, "-m", "pytest", *asked]).returncode
    if status not in (0, 1, EXIT_BAD_INPUT, EXIT_INCONCLUSIVE):
        raise BadInputError(f"the scenario could not be run (exit status {status} of pytest, which says why above)")
    return status


def _ran(history: Path, events: Sequence[Event]) -> Mapping[str, Any]:
    """The scenario's id, and the options with which it ran."""
    for event in events:
        if event.process == NEMESIS and event.f == SCENARIO and isinstance(event.value, dict) and "id" in event.value:
            return event.value
    raise BadInputError(
        f"the history {history} does not say which scenario it is of; name it: pytest SCENARIO --nemesis-plan {history}"
    )
