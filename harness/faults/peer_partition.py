"""PeerPartition: nothing passes between the node and its peers, while all others, its clients among them, reach it.

The others give it up and do what it did, and it does not hear of it: it goes on answering whoever asks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.impairment import Impairment
from harness.backends.protocol import Networked
from harness.faults.links import connected, cut_off, peers_of
from harness.faults.protocol import each
from harness.taken import Taken


@dataclass(frozen=True)
class PeerPartition:
    """All packets to and from nodes of its own role are dropped, whoever comes later, also once it starts again."""

    name = "peer-partition"
    done = "cut off from its peers"
    needs = Networked
    takes = frozenset({Taken.PEERS})

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that there is a connection to every other node, and one from each."""
        each(nodes, lambda node: connected(node, peers_of(node), self.name))

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Cuts the network between each of the nodes and all others of its role."""
        each(nodes, lambda node: node.impair(self.name, Impairment(peers_of(node))))

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Lets the packets through again."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """No peer gets an answer to a packet, nor gives one; every node of another role does both."""
        return each(nodes, lambda node: cut_off(node, peers_of(node), self.name))
