"""Runs commands in the network namespace of a node that is a local process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

from harness.backends.leftovers import processes_of
from harness.backends.namespaces import Namespace
from harness.backends.session import Session, variables
from harness.processes import kill_all

_BESIDE = "HARNESS_BESIDE"
_ENDED_TIMEOUT_S = 5.0


class ProcessHelper:
    """The helper of one node: what it runs carries the labels of the session, and none that names a node."""

    python = sys.executable

    def __init__(self, namespace: Namespace, session: Session, name: str) -> None:
        """A helper in a namespace; `name` is that of no other helper of the session."""
        self._namespace = namespace
        self._session = session
        self._name = name
        self._used = False

    def run(self, command: Sequence[str]) -> tuple[int, str]:
        """Runs a command in the node's network, and gives its exit status and its output."""
        with self._started(command) as running:
            assert running.stdout
            output = running.stdout.read()
        return running.returncode, output

    def lines(self, command: Sequence[str]) -> Iterator[str]:
        """Runs a command in the node's network, and gives each line of its output once it has written that."""
        with self._started(command) as running:
            assert running.stdout
            try:
                for line in running.stdout:
                    yield line.removesuffix("\n")
            finally:
                running.kill()

    def exists(self) -> bool:
        """Whether there is the network: the namespace outlasts the node's process."""
        return True

    def end(self) -> None:
        """Kills what goes on in the background of what was run."""
        if self._used:
            kill_all(processes_of(self._session.__eq__, also=(_BESIDE, self._name)), timeout_s=_ENDED_TIMEOUT_S)
        self._used = False

    def _started(self, command: Sequence[str]) -> subprocess.Popen[str]:
        self._used = True
        return subprocess.Popen(
            [*self._namespace.enter, *command],
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                **variables(self._session.labels()),
                _BESIDE: self._name,
            },
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
