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
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCENARIO = "scenarios/test_kafka_leader.py::test_losing_the_leader_loses_no_message[10]"


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

    A run of pytest is a fork of a process that has imported what it needs, unless its environment is to be another.
    """
    if arguments[0] == "pytest" and not environment:
        return _forked(arguments[1:], cwd)
    process = start(*arguments, cwd=cwd, **environment)
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


def _forked(arguments: Sequence[str], cwd: Path) -> tuple[int, str]:
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["pytest", "hypothesis", "harness.plugin"])
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        process = forks.Process(target=_pytest, args=(arguments, cwd, dict(os.environ), output.name))
        process.start()
        process.join(120)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["pytest", *arguments], 120, output.read())
        return process.exitcode, output.read()


def _pytest(arguments: Sequence[str], cwd: Path, environment: dict[str, str], output: str) -> None:
    """What the forked process does: `python -m pytest arguments`."""
    with open(output, "w") as file:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(file.fileno(), stream.fileno())
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = str(cwd)
    sys.argv = ["pytest", *arguments]
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)
