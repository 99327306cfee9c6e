"""The session's side of `pytest --attach`: another process works with the nodes, while they stay the session's own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from harness.backends.identity import Identity
from harness.backends.protocol import Capability, Node
from harness.errors import NodeStartError
from harness.messages.services import Epoch
from harness.run import Shape
from harness.session.state import SessionState
from harness.topology.nodes import NodeSpec, Topology


@dataclass(frozen=True)
class AttachableNode:
    """What does not change of a node: its spec, its address, and host:port by the name of the port."""

    spec: NodeSpec
    address: str
    endpoints: Mapping[str, str]


@dataclass(frozen=True)
class AttachableSystem:
    """What a borrower is told: where the nodes run, what can be done to them, and which ones there are."""

    backend: str
    capabilities: frozenset[Capability]
    timings: str
    topology: Topology
    nodes: tuple[AttachableNode, ...]


def lend(kept: SessionState, to: Identity) -> AttachableSystem:
    """The whole system, to that process."""
    kept.lending().lend(to)
    run = kept.run
    run.backend.prepare(lambda line: None)  # a service that was edited since gets a new image
    return AttachableSystem(
        run.backend.name,
        run.backend.capabilities,
        run.options.timings,
        kept.system.deployment.topology,
        _nodes(kept),
    )


def take_back(kept: SessionState) -> None:
    """The borrower has done."""
    kept.lending().take_back()


def ready(kept: SessionState, shape: Shape) -> tuple[Epoch, Sequence[NodeSpec]] | None:
    """The epoch and the services that wait for a borrower who wants a system of this shape."""
    system = kept.lending().ready(shape)
    return (system.epoch, system.specs) if system else None


def follow(kept: SessionState, epoch: Epoch, specs: Sequence[NodeSpec]) -> None:
    """The borrower works in this epoch."""
    kept.lending().follow(epoch, specs)


def put(kept: SessionState, specs: Sequence[NodeSpec]) -> tuple[AttachableNode, ...]:
    """Adds nodes and gives all there are."""
    kept.system.deployment.put(specs)
    return _nodes(kept)


def remove(kept: SessionState, names: Collection[str]) -> tuple[AttachableNode, ...]:
    """Removes nodes and gives those that are left."""
    kept.system.deployment.remove(names)
    return _nodes(kept)


def act(kept: SessionState, name: str, verb: str, *arguments: object) -> object:
    """Something of a node's protocol: the value of a property, or what a method returns.

    Raises:
        NodeStartError: the node has been removed.
    """
    node = kept.system.deployment.nodes.get(name)
    if node is None:
        raise NodeStartError(f"{name} is not there any more: it was removed")
    if verb == "logs":
        return node.logs(since=cast("float", arguments[0]))
    member = getattr(node, verb)
    return member(*arguments) if callable(member) else member


def _nodes(kept: SessionState) -> tuple[AttachableNode, ...]:
    return tuple(_lent(node) for node in kept.system.deployment.nodes.values())


def _lent(node: Node) -> AttachableNode:
    return AttachableNode(node.spec, node.address, {port: node.endpoint(port) for port in node.spec.ports})


COMMANDS: Mapping[str, Callable[..., object]] = {
    "lend": lend,
    "take back": take_back,
    "ready": ready,
    "follow": follow,
    "put": put,
    "remove": remove,
    "act": act,
}
