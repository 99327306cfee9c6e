"""Kill: the node's processes get SIGKILL, as if the power were cut."""

from __future__ import annotations

from dataclasses import dataclass

from harness.backends.protocol import Capability, Node
from harness.faults.probes import assert_gone


@dataclass(frozen=True)
class Kill:
    """SIGKILL; its undoing starts the node again with the data it had."""

    name = "kill"
    needs = Capability.KILL

    def inject(self, node: Node) -> None:
        """Kills all processes of the node."""
        node.kill()

    def undo(self, node: Node) -> None:
        """Starts the node again."""
        node.start()

    def proof(self, node: Node) -> str:
        """Evidence that the process is gone and the ports are silent."""
        return assert_gone(node, self.name)
