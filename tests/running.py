"""Runs pytest, the command line or a service as a person would: in a process of its own, from the checkout's root."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
_TIMEOUT_S = 120
_IMPORTED = {"pytest", "harness"}
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
        return Forked(*arguments, cwd=cwd, environment=os.environ).ended()
    process = start(*arguments, cwd=cwd, **environment)
    output, _ = process.communicate(timeout=_TIMEOUT_S)
    return process.returncode, output


def typed(line: str, cwd: Path, environment: Mapping[str, str], *, timeout_s: float) -> tuple[int, str]:
    """Exit status and output of a line that a person types into a shell."""
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return done.returncode, done.stdout


class Forked:
    """A process that does `python -m arguments`, forked from one that has imported what `tests.warm` names."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], cwd: Path = ROOT) -> None:
        forks = multiprocessing.get_context("forkserver")
        forks.set_forkserver_preload(["tests.warm"])
        self._arguments = arguments
        self._output = tempfile.NamedTemporaryFile("r", encoding="utf-8")  # noqa: SIM115  (closed by `close`)
        self._process = forks.Process(target=_module, args=(arguments, cwd, dict(environment), self._output.name))
        self._process.start()

    def signal(self, number: int) -> None:
        """Sends it a signal."""
        assert self._process.pid
        os.kill(self._process.pid, number)

    def ended(self, within_s: float = _TIMEOUT_S) -> tuple[int, str]:
        """Waits for its end; the exit status and all that it printed."""
        self._process.join(within_s)
        status, output = self._process.exitcode, self._output.read()
        self.close()
        if status is None:
            raise subprocess.TimeoutExpired(self._arguments, within_s, output)
        return status, output

    def close(self) -> None:
        """Kills it if it still runs."""
        self._process.kill()
        self._process.join()
        self._output.close()


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
    # It is to run as it would have been found, not as another one has imported it.
    if arguments[0] not in _IMPORTED:
        sys.modules.pop(arguments[0], None)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
