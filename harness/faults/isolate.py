"""Isolate: nothing reaches the node from the other nodes, nor them from it, while its process goes on."""

from __future__ import annotations

from dataclasses import dataclass

from harness.backends.protocol import Capability, Networked, Node
from harness.errors import BadInputError, FaultDidNotBiteError


@dataclass(frozen=True)
class Isolate:
    """All packets to and from the other nodes are dropped; its undoing lets them through again."""

    name = "isolate"
    needs = Capability.NETWORK

    def inject(self, node: Node) -> None:
        """Takes the network between the nodes from it."""
        _networked(node).isolate()

    def undo(self, node: Node) -> None:
        """Gives it back."""
        _networked(node).rejoin()

    def proof(self, node: Node) -> str:
        """A connection to a peer can't be made, nor one from it."""
        links = _networked(node).links()
        if open_ := [words for words, connects in links.items() if connects]:
            raise FaultDidNotBiteError(f"isolate of {node.spec.name} did not bite: {', '.join(open_)} still connects")
        return f"no connection can be made: {', '.join(links)}"


def _networked(node: Node) -> Networked:
    if not isinstance(node, Networked):
        raise BadInputError(f"{node.spec.name} has no network that can be taken from it on this backend")
    return node
