"""Split: the picked nodes, still connected among themselves, are cut off from all others of their role.

Clients reach both sides. With one node it does what `PeerPartition` does; with half of them no side is a majority.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.impairment import Impairment, Others
from harness.backends.protocol import Networked
from harness.errors import BadInputError
from harness.faults.grudges import role_of
from harness.faults.links import connected, cut_off
from harness.faults.protocol import each
from harness.taken import Taken


@dataclass(frozen=True)
class Split:
    """All packets between the two sides are dropped; whoever of the role comes later is on the other side."""

    name = "split"
    done = "split off"
    needs = Networked
    takes = frozenset({Taken.PEERS})
    joint = True

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that each of the nodes has a connection to every other node, and one from each.

        Raises:
            BadInputError: the nodes are of several roles, or nobody of their role is left for the other side.
        """
        role = role_of(nodes, self.name)
        names = {node.spec.name for node in nodes}
        if not [name for name, other_role in nodes[0].others.items() if other_role == role and name not in names]:
            raise BadInputError(
                f"{self.name} of {', '.join(sorted(names))}: no other {role} node is left for the other side; "
                "pick some of them"
            )
        each(nodes, lambda node: connected(node, _other_side(nodes), self.name))

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Cuts the network between each of the nodes and the other side."""
        each(nodes, lambda node: node.impair(self.name, Impairment(_other_side(nodes))))

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Lets the packets through again."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """No node of the other side gets an answer to a packet, nor gives one; every other node does both."""
        return each(nodes, lambda node: cut_off(node, _other_side(nodes), self.name))


def _other_side(nodes: Sequence[Networked]) -> Others:
    return Others(roles=frozenset(node.spec.role for node in nodes), spared=frozenset(node.spec.name for node in nodes))
