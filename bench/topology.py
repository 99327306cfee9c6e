"""`python -m bench.topology [--backend docker|process|both] [--rounds N]`: time until a system is ready to be broken.

Two figures, each for the settings the harness uses and for what the vendors ship (no ahead-of-time cache, their
failure detectors), alternating in one run, so that the ratio does not depend on the machine's mood:

    ready    from nothing to the whole system ready: 3 members, 3 brokers, 7 services
    next     from the end of a scenario that killed a broker and a member to the first fault of the next

Caches and images are made before the clock runs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from harness.backends.docker import DockerBackend
from harness.declared import declared
from harness.errors import EXIT_BAD_INPUT, HarnessError
from harness.faults import Kill
from harness.faults.protocol import Fault
from harness.history import History
from harness.messages import messages
from harness.run import Options, Run
from harness.servers.hazelcast.targets import lowest_ip
from harness.servers.kafka.targets import controller
from harness.system import System

#: Three members, three brokers, seven services.
WHOLE = declared((messages(),))
OURS, VENDORS = "ours", "the vendors'"


@dataclass(frozen=True)
class Times:
    """The seconds that the steps of one round took."""

    ready: float
    next: float


@contextmanager
def settings_of(whose: str) -> Iterator[str]:
    """The timings profile, while the environment says how to run the JVMs."""
    os.environ["HARNESS_TUNED"] = "1" if whose == OURS else "0"
    try:
        yield "fast" if whose == OURS else "vendor"
    finally:
        del os.environ["HARNESS_TUNED"]


_KILL: Fault = Kill()


def one_round(backend: str, whose: str, folder: Path) -> Times:
    """Starts a system, breaks it, and gets the next one."""
    with (
        settings_of(whose) as timings,
        Run(Options(backend=backend, timings=timings), _say, kinds=WHOLE.kinds) as run,
    ):
        began = time.monotonic()
        first = _system(run, folder / "first")
        ready_s = time.monotonic() - began
        for target in (controller, lowest_ip):
            _KILL.inject(target(first.clusters).nodes)
        first.close()
        began = time.monotonic()
        second = _system(run, folder / "second")
        _KILL.inject(controller(second.clusters).nodes)
        next_s = time.monotonic() - began
        second.close()
    return Times(ready_s, next_s)


def _system(run: Run, folder: Path) -> System:
    folder.mkdir(parents=True)
    with History.open(folder / "history.jsonl") as history:
        return run.system(WHOLE, history, lambda words: nullcontext())


def shown(measured: Mapping[tuple[str, str], Sequence[Times]], backends: Sequence[str]) -> Table:
    """A table of the medians, and of the ratio of the vendors' to ours."""
    table = Table("backend", "time", "ours", "the vendors'", "ratio", title="medians, in seconds")
    for backend in backends:
        for name, words in (("ready", "to a ready system"), ("next", "from a scenario's end to the next fault")):
            ours, vendors = (
                statistics.median(getattr(times, name) for times in measured[backend, whose])
                for whose in (OURS, VENDORS)
            )
            table.add_row(backend, words, f"{ours:.1f}", f"{vendors:.1f}", f"{vendors / ours:.1f}")
    return table


def main() -> None:
    """Measures the rounds and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.topology", description=__doc__.splitlines()[0])
    parser.add_argument("--backend", choices=("docker", "process", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    backends = ["process", "docker"] if chosen.backend == "both" else [chosen.backend]
    if chosen.backend == "both" and (missing := DockerBackend.available()):
        _say(f"left out: docker, because {missing}")
        backends.remove("docker")
    measured: dict[tuple[str, str], list[Times]] = defaultdict(list)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for number in range(chosen.rounds):
                for backend in backends:
                    for whose in (OURS, VENDORS):
                        times = one_round(backend, whose, Path(folder, f"{number}-{backend}-{whose}"))
                        _say(f"{backend}, {whose} settings: ready {times.ready:.1f} s, next {times.next:.1f} s")
                        measured[backend, whose].append(times)
    except HarnessError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    Console().print(shown(measured, backends))


def _say(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
