"""MajoritiesRing: each of the picked nodes reaches its neighbours in a ring, a majority, and no two the same one.

Everybody can be elected, and nobody by all. It is Jepsen's `majorities-ring`, "a grudge in which every node can see a
majority, but no node sees the same majority as any other" (jepsen.nemesis), with links that are cut both ways: as few
neighbours on either side as make a majority with the node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Networked
from harness.errors import BadInputError
from harness.faults import grudges
from harness.faults.grudges import Grudge
from harness.faults.protocol import each
from harness.taken import Taken

_LEAST = 4


@dataclass(frozen=True)
class MajoritiesRing:
    """All packets between nodes that are no neighbours are dropped; who comes later reaches all of them."""

    name = "majorities-ring"
    done = "put into a ring"
    needs = Networked
    takes = frozenset({Taken.PEERS})
    joint = True

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that each of the nodes has a connection to every other node, and one from each.

        Raises:
            BadInputError: the nodes are of several roles, or fewer than four: in a ring of three all are neighbours.
        """
        role = grudges.role_of(nodes, self.name)
        if len(nodes) < _LEAST:
            raise BadInputError(
                f"{self.name} of {', '.join(node.spec.name for node in nodes)}: in a ring of {len(nodes)} all are "
                f"neighbours, and nothing is cut; pick {_LEAST} {role} nodes or more, or cut one link by Bridge()"
            )
        grudges.control(nodes, strangers(nodes), self.name)

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Cuts the links between nodes that are no neighbours."""
        grudges.inject(nodes, strangers(nodes), self.name)

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Lets the packets through again."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """No node gets an answer from one that is no neighbour; neighbours and all other nodes are connected."""
        return grudges.proof(nodes, strangers(nodes), self.name)


def strangers(nodes: Sequence[Networked]) -> Grudge:
    """Each node drops what comes from those behind it in the ring that are none of its neighbours."""
    names = [node.spec.name for node in nodes]
    count, majority = len(names), len(names) // 2 + 1
    neighbours = majority // 2
    return {
        name: frozenset(other for apart, other in enumerate(names[place:]) if neighbours < apart < count - neighbours)
        for place, name in enumerate(names)
    }
