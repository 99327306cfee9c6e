"""`python -m bench.next_services [--rounds N]`: what the services of one more scenario cost on Docker.

The services are put again and again beside the same servers: in new containers, and in those that stayed, alternating
in one run, so that the ratio does not depend on the machine's mood. A round ends when each says that it is healthy.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from harness.declared import declared
from harness.errors import EXIT_BAD_INPUT, HarnessError
from harness.history import History
from harness.messages import messages
from harness.run import Options, Run
from harness.system import System

WHOLE = declared((messages(),))
ANEW, RENEWED = "in new containers", "in those that stayed"
_BACKEND = "docker"


def measured(rounds: int, folder: Path) -> dict[str, list[float]]:
    """Seconds by way, one more for each round."""
    seconds: dict[str, list[float]] = defaultdict(list)
    with (
        Run(Options(backend=_BACKEND), _say, kinds=WHOLE.kinds) as run,
        History.open(folder / "history.jsonl") as history,
    ):
        system = run.system(WHOLE, history, lambda words: nullcontext())
        system.close()
        for number in range(rounds):
            for way, renewable in ((ANEW, False), (RENEWED, True)):
                # The first leaves what the second begins with.
                for turn in ("first", "second"):
                    took = seconds_of(system, f"bench-{number}-{renewable}-{turn}", renewable=renewable)
                seconds[way].append(took)
                _say(f"round {number + 1}: {way} {took:.2f} s")
    return seconds


def seconds_of(system: System, scenario: str, *, renewable: bool) -> float:
    """How long the services of one more scenario take, once there is the topic that they need."""
    cast = WHOLE.cast(scenario, system.timings).prepared(system.clusters)
    began = time.monotonic()
    system.deployment.put([replace(spec, renewable=renewable) for spec in cast.initial])
    return time.monotonic() - began


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.next_services", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            seconds = measured(chosen.rounds, Path(folder))
    except HarnessError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    anew, renewed = (statistics.median(seconds[way]) for way in (ANEW, RENEWED))
    table = Table(ANEW, RENEWED, "ratio", title="seven services healthy again, median in seconds")
    table.add_row(f"{anew:.2f}", f"{renewed:.2f}", f"{renewed / anew:.2f}")
    Console().print(table)


def _say(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
