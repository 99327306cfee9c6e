"""Servers that no harness has started: each by a script, as somebody's own are, at an address of the loopback."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.backends.gone import accepts
from harness.backends.loopback import leased_block
from harness.backends.references import Resolver
from harness.topology.nodes import NodeSpec
from harness.waiting import until
from tests.running import Forked

#: What somebody who keeps his servers so would say of them, but for where they are.
COMMANDS = """
kill = ["sh", "-c", "kill -9 $(cat ${name}/pid)"]
stop = ["sh", "-c", "kill -TERM $(cat ${name}/pid)"]
start = ["sh", "${name}/start"]
pause = ["sh", "-c", "kill -STOP $(cat ${name}/pid)"]
resume = ["sh", "-c", "kill -CONT $(cat ${name}/pid)"]
"""
_START = """#!/bin/sh
cd {folder}
env -i PATH="$PATH" {environment} {command} >> log 2>&1 < /dev/null &
echo $! > pid
"""
_TIMEOUT_S = 180.0


class Outside:
    """Some servers, each in a folder of its own within one.

    Attributes:
        folder: where they are.
        addresses: of each, by name.
    """

    def __init__(self, folder: Path, addresses: Mapping[str, str], specs: Sequence[NodeSpec]) -> None:
        self.folder = folder
        self.addresses = addresses
        self._ready = {spec.name: f"{addresses[spec.name]}:{spec.ports[spec.ready.port]}" for spec in specs}

    def start(self, *names: str) -> None:
        """Starts some of them, and waits until they listen."""
        for name in names:
            subprocess.run(["sh", f"{name}/start"], cwd=self.folder, check=True)
        for name in names:
            until(f"{name} to listen", lambda name=name: self.listens(name), timeout_s=_TIMEOUT_S)

    def listens(self, name: str) -> bool:
        """Whether a server takes connections."""
        return accepts(self._ready[name])

    def pid(self, name: str) -> int:
        """The process of a server, as it was started last."""
        return int((self.folder / name / "pid").read_text())


@contextmanager
def outside(folder: Path, specs: Sequence[NodeSpec]) -> Iterator[Outside]:
    """Starts servers by their specs, and kills them at the end of the block."""
    with leased_block() as block:
        addresses = {spec.name: f"{block}.{spec.index}" for spec in specs}
        for spec in specs:
            _write(folder / spec.name, spec, {each.name: each for each in specs}, addresses)
        servers = Outside(folder, addresses, specs)
        try:
            servers.start(*addresses)
            yield servers
        finally:
            for name in addresses:
                with suppress(FileNotFoundError):
                    subprocess.run(["kill", "-9", str(servers.pid(name))], check=False, stderr=subprocess.DEVNULL)


def _write(folder: Path, spec: NodeSpec, specs: Mapping[str, NodeSpec], addresses: Mapping[str, str]) -> None:
    folder.mkdir(parents=True)
    program = spec.kind.prepare(print)
    resolver = Resolver(
        addresses=addresses,
        external=lambda node, port: f"{addresses[node]}:{specs[node].ports[port]}",
        file=lambda name: str(folder / name),
    )
    # As after their first start: each knows all others.
    for name, text in resolver.files(spec, later=True).items():
        (folder / name).write_text(text)
    environment = {**program.environment, **resolver.environment(spec), "HARNESS_DATA": str(folder / "data")}
    values = " ".join(f"{key}={shlex.quote(value)}" for key, value in environment.items())
    command = shlex.join([*program.command, *resolver.arguments(spec)])
    (folder / "start").write_text(_START.format(folder=folder, environment=values, command=command))


def written(folder: Path, scenarios: str) -> Path:
    """Puts a suite of these scenarios into a folder, and returns that."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p harness.plugin -p no:cacheprovider\n")
    (folder / "test_suite.py").write_text(scenarios)
    return folder


def run(*arguments: str, cwd: Path) -> tuple[int, str]:
    """Runs pytest to its end; a busy machine takes its time to kill a server and have it back."""
    return Forked(*arguments, cwd=cwd, environment=os.environ).ended(within_s=420)
