"""Stop: the node gets SIGTERM and may say goodbye to the others first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Killable
from harness.faults.probes import gone
from harness.faults.protocol import each
from harness.taken import DEATH, Taken


@dataclass(frozen=True)
class Stop:
    """SIGTERM; its undoing starts the node again with the data it had."""

    name = "stop"
    done = "stopped"
    needs = Killable
    takes = DEATH - {Taken.PEERS}

    def inject(self, nodes: Sequence[Killable]) -> None:
        """Asks the nodes to end and waits until they have."""
        each(nodes, lambda node: node.stop())

    def undo(self, nodes: Sequence[Killable]) -> None:
        """Starts the nodes again."""
        each(nodes, lambda node: node.start())

    def proof(self, nodes: Sequence[Killable]) -> Mapping[str, str]:
        """Evidence that the processes are gone and the ports are silent."""
        return gone(nodes, self.name)
