"""Isolate: nothing reaches the node from the other nodes, nor them from it, while its process goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.backends.protocol import Capability, Networked, Node
from harness.errors import BadInputError, FaultDidNotBiteError


@dataclass(frozen=True)
class Isolate:
    """All packets to and from the other nodes are dropped; its undoing lets them through again."""

    name = "isolate"
    needs = Capability.NETWORK

    def control(self, node: Node) -> None:
        """Sees that there is a connection to every peer, and one from each."""
        if silent := [words for words, passes in _links(node).items() if not passes]:
            raise FaultDidNotBiteError(
                f"isolate of {node.spec.name} could prove nothing: before it there was no connection either "
                f"({', '.join(silent)})"
            )

    def inject(self, node: Node) -> None:
        """Cuts the network between the node and the other nodes."""
        _networked(node).isolate()

    def undo(self, node: Node) -> None:
        """Gives the node its network back."""
        _networked(node).rejoin()

    def proof(self, node: Node) -> str:
        """A packet to no peer gets an answer, nor does one from any; peers that are isolated themselves say nothing."""
        links = _links(node)
        if open_ := [words for words, passes in links.items() if passes]:
            raise FaultDidNotBiteError(f"isolate of {node.spec.name} did not bite: {', '.join(open_)} still connects")
        return f"no connection can be made any more: {', '.join(links)}"


def _links(node: Node) -> Mapping[str, bool]:
    links = _networked(node).links()
    if not links:
        raise FaultDidNotBiteError(
            f"isolate of {node.spec.name} can't be proved: it has no peer that runs and is not isolated itself"
        )
    return links


def _networked(node: Node) -> Networked:
    if not isinstance(node, Networked):
        raise BadInputError(f"{node.spec.name} has no network that can be taken from it on this backend")
    return node
