"""Runs pytest or a module of the harness as a person would: in a process of its own, from the root of the checkout."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path

ROOT = Path(__file__).parents[1]
_TIMEOUT_S = 120
_IMPORTED = {"pytest", "harness"}
_WARM = (
    "_pytest.junitxml",
    "anyio._backends._asyncio",
    "harness.plugin.fixtures",
    "harness.plugin.quarantine",
    "harness.plugin.sharding",
    "harness.cli",
    "harness.session.server",
)
SCENARIO = "scenarios/test_kafka_leader.py::test_losing_the_leader_loses_no_message[10]"
#: Needs three Hazelcast members, and neither brokers nor services.
MEMBERS_ONLY = "scenarios/test_bounded_queue.py::test_two_consumers_share_a_hundred_items"


# A shell that starts something in the background has it ignore Ctrl-C, and so do all its children: these must not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(*arguments: str, cwd: Path = ROOT, own_session: bool = False, **environment: str) -> subprocess.Popen[str]:
    """Starts `python -m arguments` with more environment; its output can be read from stdout.

    In a session of its own it has no terminal.
    """
    module, *more = arguments
    # Hypothesis' plugin imports all of Hypothesis to end a run that has no property: a third of a short one.
    leaner = ["-p", "no:hypothesispytest"] if module == "pytest" else []
    return subprocess.Popen(
        [sys.executable, "-m", module, *leaner, *more],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=own_session,
    )


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> tuple[int, str]:
    """Runs it to its end; the exit status and all that it printed.

    It is a fork of a process that has imported what pytest and the command line need, unless its environment is to be
    another one: importing takes longer than most of what is run here.
    """
    if arguments[0] in _IMPORTED and not environment:
        return _forked(arguments, cwd)
    process = start(*arguments, cwd=cwd, **environment)
    output, _ = process.communicate(timeout=_TIMEOUT_S)
    return process.returncode, output


def _forked(arguments: Sequence[str], cwd: Path) -> tuple[int, str]:
    forks = multiprocessing.get_context("forkserver")
    plugins = [entry.module for entry in entry_points(group="pytest11")]
    forks.set_forkserver_preload(["pytest", "hypothesis", *plugins, *_WARM])
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        process = forks.Process(target=_module, args=(arguments, cwd, dict(os.environ), output.name))
        process.start()
        process.join(_TIMEOUT_S)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, _TIMEOUT_S, output.read())
        return process.exitcode, output.read()


def _module(arguments: Sequence[str], cwd: Path, environment: dict[str, str], output: str) -> None:
    """What the forked process does: `python -m arguments`."""
    with open(output, "w") as file:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(file.fileno(), stream.fileno())
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = str(cwd)
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
