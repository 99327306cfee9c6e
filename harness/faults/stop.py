"""Stop: the node gets SIGTERM and may say goodbye to the others first."""

from __future__ import annotations

from dataclasses import dataclass

from harness.backends.protocol import Capability, Node
from harness.faults.probes import assert_gone


@dataclass(frozen=True)
class Stop:
    """SIGTERM; its undoing starts the node again with the data it had."""

    name = "stop"
    needs = Capability.KILL

    def inject(self, node: Node) -> None:
        """Asks the node to end and waits until it has."""
        node.stop()

    def undo(self, node: Node) -> None:
        """Starts the node again."""
        node.start()

    def proof(self, node: Node) -> str:
        """Evidence that the process is gone and the ports are silent."""
        return assert_gone(node, self.name)
