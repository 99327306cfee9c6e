"""`python -m bench.startup [--rounds N]`: how much longer pytest takes in a suite that does not use the harness.

The same suite of one test, alternating in one run, so that the difference does not depend on the machine's mood:

    with it      and the plugins of the packages that it needs (Allure, AnyIO)
    without it   but with those
    without any  of them

A start does nothing but compute, so its processor time is taken, and the smallest of the rounds counts: what else the
machine does makes it longer, never shorter. Exit status 1 if the plugin costs more than 50 ms.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

_LIMIT_S = 0.050
_NEEDED = ("allure_pytest", "anyio")
#: As an installed package has it; a checkout's environment may have no entry point yet.
_PLUGIN = ("-p", "harness.plugin")
_WITHOUT = ("-p", "no:harness.plugin")
_BARE = (*_WITHOUT, *(word for name in _NEEDED for word in ("-p", f"no:{name}")))
_RUNS = {"with it": _PLUGIN, "without it": _WITHOUT, "without any": _BARE}


def start_s(folder: Path, options: tuple[str, ...]) -> float:
    """The processor's seconds for one start of pytest in the suite."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)]
    # What pytest compiles of a plugin it keeps, unless Python is told to write nothing.
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before_s = _children_s()
    subprocess.run(command, cwd=folder, env=usual, stdout=subprocess.DEVNULL, check=True, timeout=60)
    return _children_s() - before_s


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(rounds: int) -> dict[str, float]:
    """The shortest start, for each kind of run."""
    took: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_own.py").write_text("def test_it():\n    pass\n")
        for _ in range(rounds):
            for name, options in _RUNS.items():
                took[name].append(start_s(Path(folder), options))
    return {name: min(seconds) for name, seconds in took.items()}


def main() -> None:
    """Measures the starts and shows the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.startup", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    shortest = measured(parser.parse_args().rounds)
    costs_s = shortest["with it"] - shortest["without it"]
    table = Table("the start of pytest", "ms", "more than without it")
    for name, seconds in shortest.items():
        table.add_row(name, f"{1000 * seconds:.0f}", f"{1000 * (seconds - shortest['without it']):+.0f}")
    Console().print(table)
    sys.exit(costs_s > _LIMIT_S)


if __name__ == "__main__":
    main()
