"""Isolate: nothing reaches the node from the other nodes, nor them from it, while its process goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Networked
from harness.errors import FaultDidNotBiteError
from harness.faults.protocol import each
from harness.taken import Taken


@dataclass(frozen=True)
class Isolate:
    """All packets to and from the other nodes are dropped, also once it starts again; its undoing lets them through."""

    name = "isolate"
    done = "isolated"
    needs = Networked
    takes = frozenset({Taken.PEERS, Taken.CLIENTS})

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that there is a connection to every peer, and one from each."""
        each(nodes, _connected)

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Cuts the network between each of the nodes and all others."""
        each(nodes, lambda node: node.impair(self.name))

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Gives the nodes their network back."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """A packet to no peer gets an answer, nor does one from any; peers that are isolated themselves say nothing."""
        return each(nodes, _cut_off)


def _connected(node: Networked) -> None:
    if silent := [words for words, passes in _links(node).items() if not passes]:
        raise FaultDidNotBiteError(
            f"isolate of {node.spec.name} could prove nothing: before it there was no connection either "
            f"({', '.join(silent)})"
        )


def _cut_off(node: Networked) -> str:
    links = _links(node)
    if open_ := [words for words, passes in links.items() if passes]:
        raise FaultDidNotBiteError(f"isolate of {node.spec.name} did not bite: {', '.join(open_)} still connects")
    return f"no connection can be made any more: {', '.join(links)}"


def _links(node: Networked) -> Mapping[str, bool]:
    links = node.links()
    if not links:
        raise FaultDidNotBiteError(
            f"isolate of {node.spec.name} can't be proved: it has no peer that runs and is not isolated itself"
        )
    return links
