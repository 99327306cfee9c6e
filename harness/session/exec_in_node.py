"""Runs a person's command beside a node's process, from the command's own process: it may read the terminal."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence

from harness.backends.protocol import ExecContext
from harness.errors import EnvironmentUnfitError

#: As shells have it.
_NOT_FOUND = 127


def exec_in_node(context: ExecContext, command: Sequence[str]) -> int:
    """Runs a command beside a node's process and gives its exit status; 127 or 126 if there is no such command.

    Raises:
        EnvironmentUnfitError: the node is a container, and there is no `docker` command to reach into it.
    """
    if context.container is None:
        return _as_process(context, command)
    docker = shutil.which("docker")
    if docker is None:
        raise EnvironmentUnfitError("harness exec needs the docker command on the PATH to reach into a container")
    terminal = ["--interactive", "--tty"] if sys.stdin.isatty() else ["--interactive"]
    environment = [f"--env={name}={value}" for name, value in context.environment.items()]
    engine = ["--host", context.engine] if context.engine else []
    return subprocess.call([docker, *engine, "exec", *terminal, *environment, context.container, *command])


def _as_process(context: ExecContext, command: Sequence[str]) -> int:
    program = shutil.which(command[0], path=context.environment.get("PATH"))
    if program is None:
        sys.stderr.write(f"{command[0]}: not found on the node's PATH\n")
        return _NOT_FOUND
    return subprocess.call([*context.enter, program, *command[1:]], cwd=context.folder, env=dict(context.environment))
