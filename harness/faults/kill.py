"""Kill: the node's processes get SIGKILL, as if the power were cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Killable
from harness.faults.probes import gone
from harness.faults.protocol import each
from harness.taken import DEATH


@dataclass(frozen=True)
class Kill:
    """SIGKILL; its undoing starts the node again with the data it had."""

    name = "kill"
    done = "killed"
    needs = Killable
    takes = DEATH

    def inject(self, nodes: Sequence[Killable]) -> None:
        """Kills all processes of the nodes."""
        each(nodes, lambda node: node.kill())

    def undo(self, nodes: Sequence[Killable]) -> None:
        """Starts the nodes again."""
        each(nodes, lambda node: node.start())

    def proof(self, nodes: Sequence[Killable]) -> Mapping[str, str]:
        """Evidence that the processes are gone and the ports are silent."""
        return gone(nodes, self.name)
