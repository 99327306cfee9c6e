"""OneWay: packets pass between the node and its peers in one direction alone; so it is heard, or hears, and no more.

A node that is heard and hears nothing has its requests carried out and never learns it; one that hears and is not heard
answers for nobody. Detectors that ask for a sign of life in one direction take such a node for healthy ("An Analysis of
Network-Partitioning Failures in Cloud Systems", Alquraan et al., OSDI 2018, calls it a simplex partition).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from harness.backends.impairment import Direction, Impairment, Others
from harness.backends.protocol import Networked
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults.datagrams import all_arrive, arriving
from harness.faults.links import as_before, connected, peers_of
from harness.faults.protocol import each
from harness.taken import Taken

_DATAGRAMS = 10
_OTHER_WAY = {Direction.IN: Direction.OUT, Direction.OUT: Direction.IN}


@dataclass(frozen=True)
class OneWay:
    """All packets to its peers, or all from them, are dropped, whoever comes later, also once it starts again.

    Attributes:
        direction: the way that is cut: "out", nothing from the node arrives, or "in", nothing arrives at it.
        roles: those at the other end, none of them its own; its peers if none are given. So the answers of a server to
            a service may be lost after its requests got through.
    """

    direction: Literal["in", "out"] = "out"
    roles: Sequence[str] = ()

    name = "one-way"
    done = "cut off one way"
    needs = Networked

    @property
    def takes(self) -> Set[Taken]:
        """The node's peers, or its clients: who gets no answer gives it up, whichever way that is lost."""
        return {Taken.CLIENTS} if self.roles else {Taken.PEERS}

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that packets pass both ways, and that there is a connection to every other node, and one from each.

        Raises:
            BadInputError: there is no such direction or no such role, or a node is of it itself.
        """
        each(nodes, self._refuse_unfit)
        each(nodes, lambda node: connected(node, self._others(node), self.name))
        each(nodes, lambda node: all_arrive(node, _DATAGRAMS, self.name, self._others(node)))

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Cuts one direction between each of the nodes and the others."""
        each(nodes, lambda node: node.impair(self.name, Impairment(self._others(node), Direction(self.direction))))

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Lets the packets through again."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """No datagram arrives that goes this way, and all do that go the opposite way; everybody else connects."""
        return each(nodes, self._cut_one_way)

    def _others(self, node: Networked) -> Others:
        return Others(roles=frozenset(self.roles)) if self.roles else peers_of(node)

    def _refuse_unfit(self, node: Networked) -> None:
        if self.direction not in ("in", "out"):
            raise BadInputError(f"{self.name} of {node.spec.name}: the direction is {self.direction!r}; give in or out")
        if node.spec.role in self.roles:
            raise BadInputError(
                f"{self.name} of {node.spec.name}: its own role, {node.spec.role}, is meant if no roles are given, and "
                f"can't be together with others ({', '.join(self.roles)})"
            )

    def _cut_one_way(self, node: Networked) -> str:
        others, cut = self._others(node), Direction(self.direction)
        lost = arriving(node, _DATAGRAMS, cut, self.name, others)
        if open_ := [words for words, arrived in lost.items() if arrived]:
            raise FaultDidNotBiteError(
                f"{self.name} of {node.spec.name} did not bite: datagrams arrive from {', '.join(open_)}"
            )
        passing = arriving(node, _DATAGRAMS, _OTHER_WAY[cut], self.name, others)
        if silent := [words for words, arrived in passing.items() if arrived < _DATAGRAMS]:
            raise FaultDidNotBiteError(
                f"{self.name} of {node.spec.name} cut the other way as well: datagrams are lost from "
                f"{', '.join(silent)}"
            )
        return (
            f"no datagram arrives any more: {', '.join(lost)}; all that go the other way do: {', '.join(passing)}; "
            f"{as_before(node, others, self.name)}"
        )
