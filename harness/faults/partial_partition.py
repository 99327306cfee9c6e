"""PartialPartition: nothing passes between the node and the nodes of some roles, while its peers still reach it.

A node is then alive for those that decide on its duties, and dead for those that need it ("Toward a Generic Fault
Tolerance Technique for Partial Network Partitioning", Alfatafta et al., OSDI 2020).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Networked
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults.protocol import each
from harness.taken import Taken


@dataclass(frozen=True)
class PartialPartition:
    """All packets to and from nodes of these roles are dropped, whoever of them comes later, also once it starts again.

    Attributes:
        roles: those that it is cut off from; none is its own, for then it is `Isolate` that is meant.
    """

    roles: Sequence[str]

    name = "partial-partition"
    done = "partitioned"
    needs = Networked
    takes = frozenset({Taken.CLIENTS})

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that there is a connection to every node of the roles, and one from each.

        Raises:
            BadInputError: there is no such role, or a node is of it itself.
        """
        each(nodes, self._refuse_own_role)
        each(nodes, self._connected)

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Cuts the network between each of the nodes and all nodes of the roles."""
        each(nodes, lambda node: node.isolate(self.name, self.roles))

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Lets the packets through again."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """No node of the roles gets an answer to a packet, nor gives one; every peer does both."""
        return each(nodes, self._cut_off)

    def _refuse_own_role(self, node: Networked) -> None:
        if node.spec.role in self.roles or not self.roles:
            raise BadInputError(
                f"{self.name} of {node.spec.name}: it is cut off from other roles than its own, {node.spec.role}, "
                f"and not from {', '.join(self.roles) or 'none'}; Isolate() cuts it off from everybody"
            )

    def _connected(self, node: Networked) -> None:
        if silent := _which({**self._links(node), **_to_peers(node)}, passes=False):
            raise FaultDidNotBiteError(
                f"{self.name} of {node.spec.name} could prove nothing: before it there was no connection either "
                f"({silent})"
            )

    def _cut_off(self, node: Networked) -> str:
        links, peers = self._links(node), _to_peers(node)
        if open_ := _which(links, passes=True):
            raise FaultDidNotBiteError(f"{self.name} of {node.spec.name} did not bite: {open_} still connects")
        if silent := _which(peers, passes=False):
            raise FaultDidNotBiteError(
                f"{self.name} of {node.spec.name} cut it off from its peers as well: {silent} connects no more"
            )
        return f"no connection can be made any more: {_words(links)}; as before: {_words(peers) or 'no peer'}"

    def _links(self, node: Networked) -> Mapping[str, bool]:
        links = node.links(self.roles)
        if not links:
            raise FaultDidNotBiteError(
                f"{self.name} of {node.spec.name} can't be proved: no node of {', '.join(self.roles)} runs and is not "
                "cut off itself"
            )
        return links


def _to_peers(node: Networked) -> Mapping[str, bool]:
    """The links to the nodes of its own role, which may be none: it may be the only one."""
    return node.links((node.spec.role,))


def _which(links: Mapping[str, bool], *, passes: bool) -> str:
    return _words(words for words, passed in links.items() if passed is passes)


def _words(links: Iterable[str]) -> str:
    return ", ".join(links)
