"""Runs pytest or a module of the harness as a person would: in a process of its own, from the root of the checkout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=own_session,
    )


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> tuple[int, str]:
    """Runs it to its end; the exit status and all that it printed."""
    process = start(*arguments, cwd=cwd, **environment)
    output, _ = process.communicate(timeout=120)
    return process.returncode, output
