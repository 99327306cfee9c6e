"""Restart: the node ends by SIGTERM and starts again at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.backends.protocol import Capability, Node, Phase
from harness.errors import FaultDidNotBiteError


@dataclass(frozen=True)
class Restart:
    """A stop and a start; there is nothing left to undo afterwards."""

    name = "restart"
    needs = Capability.KILL
    momentary = True
    _before: dict[str, int | None] = field(default_factory=dict, compare=False)

    def inject(self, node: Node) -> None:
        """Ends the node and starts it; returns when it is ready."""
        self._before[node.spec.name] = node.state().pid
        node.stop()
        node.start()

    def undo(self, node: Node) -> None:
        """Does nothing: the node runs."""

    def proof(self, node: Node) -> str:
        """Evidence that another process runs in the old one's place."""
        before, state = self._before[node.spec.name], node.state()
        if state.phase is not Phase.RUNNING or state.pid == before:
            raise FaultDidNotBiteError(f"restart of {node.spec.name} did not bite: process {before} is now {state}")
        return f"process {before} was replaced by {state.pid}"
