"""Bridge: two halves of the picked nodes do not reach each other, while the first node of all reaches both.

Whom a node takes for dead, the bridge still hears, and tells of. It is Jepsen's `bridge`, "a grudge which cuts the
network in half, but preserves a node in the middle which has uninterrupted bidirectional connectivity to both
components" (jepsen.nemesis). With three nodes one link is cut.
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

_LEAST = 3


@dataclass(frozen=True)
class Bridge:
    """All packets between the two halves of those after the first are dropped; who comes later reaches all of them."""

    name = "bridge"
    done = "parted but for a bridge"
    needs = Networked
    takes = frozenset({Taken.PEERS})
    joint = True

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that each of the nodes has a connection to every other node, and one from each.

        Raises:
            BadInputError: the nodes are of several roles, or fewer than three.
        """
        role = grudges.role_of(nodes, self.name)
        if len(nodes) < _LEAST:
            raise BadInputError(
                f"{self.name} of {', '.join(node.spec.name for node in nodes)}: it needs {_LEAST} nodes or more, of "
                f"which the first is the bridge; pick more {role} nodes"
            )
        grudges.control(nodes, halves(nodes), self.name)

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Cuts the links between the two halves."""
        grudges.inject(nodes, halves(nodes), self.name)

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Lets the packets through again."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """No node of one half gets an answer from one of the other; both have connections with all other nodes."""
        return grudges.proof(nodes, halves(nodes), self.name)


def halves(nodes: Sequence[Networked]) -> Grudge:
    """The nodes of the first half, of those after the bridge, drop what comes from the second; the smaller is first."""
    names = [node.spec.name for node in nodes]
    middle = 1 + len(names[1:]) // 2
    first, second = names[1:middle], frozenset(names[middle:])
    return {name: second if name in first else frozenset() for name in names}
