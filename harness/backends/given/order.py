"""An order: one deed to one node that the harness did not start, by a command or by the engine; it can be written down.

What undoes a deed is written down before the deed is done, and whoever reads it later has only that.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from typing import Any

from harness.backends.gone import accepts
from harness.errors import EnvironmentUnfitError
from harness.topology.given import Given

#: A command that ends or freezes something has done so soon; it may go by another machine.
_TIMEOUT_S = 30.0
#: How long a command that starts a node is watched for a failure. It may go on: then it is the node itself.
_STARTING_S = 2.0
_LAST = 300
#: What the engine answers if a container is so already.
_CONFLICT = 409


class GoneError(EnvironmentUnfitError):
    """A container that is not there: nothing about it can be done or undone."""


@dataclass(frozen=True)
class Order:
    """One deed to one node.

    Attributes:
        node: its name.
        deed: what is done ("kill", "stop", "start", "pause", "resume").
        at: the host:port at which the node is asked; one that answers is not started.
        container: by its container, if it has one.
        command: else by this.
        folder: in which the command runs.
    """

    node: str
    deed: str
    at: str
    container: str = ""
    command: tuple[str, ...] = ()
    folder: str = "."

    @classmethod
    def to(cls, given: Given, node: str, deed: str) -> Order:
        """The order to do this to a node that can suffer it."""
        return cls(node, deed, given.where, given.container, dict(given.commands).get(deed, ()), given.folder)

    @property
    def value(self) -> dict[str, Any]:
        """The order as plain values."""
        return asdict(self)

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Order:
        """The order that `value` gave.

        Raises:
            TypeError: it is something else.
        """
        return cls(**{**value, "command": tuple(value["command"])})

    def do(self) -> None:
        """Carries it out; returns once the command or the engine says that it is done. What runs is not started again.

        Raises:
            GoneError: its container is not there.
            EnvironmentUnfitError: the command fails or does not end, or the engine refuses.
        """
        if self.container:
            self._by_engine()
        elif self.deed != "start" or not accepts(self.at):
            self._by_command()

    def _by_engine(self) -> None:
        # Here, as a watchdog imports this, and few of them need the engine's SDK.
        from docker.errors import APIError, NotFound

        from harness.backends import engine

        client = engine.connect()
        try:
            with engine.complaining(f"{self.deed} container {self.container}, which is {self.node}"):
                if self.deed == "kill":
                    client.api.kill(self.container, "SIGKILL")
                elif self.deed == "stop":
                    # As `docker stop` does, but never SIGKILL after it.
                    config = client.api.inspect_container(self.container)["Config"]
                    client.api.kill(self.container, config.get("StopSignal") or "SIGTERM")
                elif self.deed == "start":
                    client.api.start(self.container)
                elif self.deed == "pause":
                    client.api.pause(self.container)
                else:
                    client.api.unpause(self.container)
        except EnvironmentUnfitError as error:
            if isinstance(error.__cause__, NotFound):
                raise GoneError(f"there is no container {self.container} any more, which was {self.node}") from error
            # What is so already, or is so no more: whoever waits for it looks himself.
            if not (isinstance(error.__cause__, APIError) and error.__cause__.status_code == _CONFLICT):
                raise
        finally:
            client.close()

    def _by_command(self) -> None:
        # To a file: what the command leaves behind in the background may keep a pipe open.
        with tempfile.TemporaryFile() as output:
            try:
                process = subprocess.Popen(
                    self.command,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise EnvironmentUnfitError(f"{self._words} can't be run: {error.strerror}") from error
            try:
                status = process.wait(_STARTING_S if self.deed == "start" else _TIMEOUT_S)
            except subprocess.TimeoutExpired:
                if self.deed == "start":
                    _going_on.append(process)
                    return
                process.kill()
                process.wait()
                raise EnvironmentUnfitError(f"{self._words} has not ended after {_TIMEOUT_S:g} s") from None
            if status:
                output.seek(0)
                said = output.read()[-_LAST:].decode(errors="replace").strip()
                raise EnvironmentUnfitError(f"{self._words} ended with status {status}: {said or 'it said nothing'}")

    @property
    def _words(self) -> str:
        return f"the command to {self.deed} {self.node} ({shlex.join(self.command)})"


#: Commands that are the nodes themselves: nobody waits for them, and they outlive the harness.
_going_on: list[subprocess.Popen[bytes]] = []
