"""PartialPartition: nothing passes between the node and the nodes of some roles, while all others still reach it.

A node is then alive for those that decide on its duties, and dead for those that need it ("Toward a Generic Fault
Tolerance Technique for Partial Network Partitioning", Alfatafta et al., OSDI 2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.impairment import Impairment, Others
from harness.backends.protocol import Networked
from harness.errors import BadInputError
from harness.faults.links import connected, cut_off
from harness.faults.protocol import each
from harness.taken import Taken


@dataclass(frozen=True)
class PartialPartition:
    """All packets to and from nodes of these roles are dropped, whoever of them comes later, also once it starts again.

    Attributes:
        roles: those that it is cut off from; none is its own, for whose loss there is `PeerPartition`: what a fault
            takes must not depend on the node.
    """

    roles: Sequence[str]

    name = "partial-partition"
    done = "partitioned"
    needs = Networked
    takes = frozenset({Taken.CLIENTS})

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that there is a connection to every other node, and one from each.

        Raises:
            BadInputError: there is no such role, or a node is of it itself.
        """
        each(nodes, self._refuse_own_role)
        each(nodes, lambda node: connected(node, self._cut, self.name))

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Cuts the network between each of the nodes and all nodes of the roles."""
        each(nodes, lambda node: node.impair(self.name, Impairment(self._cut)))

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Lets the packets through again."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """No node of the roles gets an answer to a packet, nor gives one; every other node does both."""
        return each(nodes, lambda node: cut_off(node, self._cut, self.name))

    @property
    def _cut(self) -> Others:
        return Others(roles=frozenset(self.roles))

    def _refuse_own_role(self, node: Networked) -> None:
        if node.spec.role in self.roles or not self.roles:
            raise BadInputError(
                f"{self.name} of {node.spec.name}: it is cut off from other roles than its own, {node.spec.role}, "
                f"and not from {', '.join(self.roles) or 'none'}; PeerPartition() cuts it off from its own alone, and "
                "Isolate() from everybody"
            )
