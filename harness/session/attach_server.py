"""The session's side of `pytest --attach`: another process works with the nodes, while they stay the session's own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from harness.backends.identity import Identity
from harness.backends.protocol import Ability, Node
from harness.clusters import Servers
from harness.declared import Declared
from harness.errors import NodeStartError
from harness.session.state import SessionState
from harness.system import Cast
from harness.topology.nodes import NodeSpec, Topology, kinds_of


@dataclass(frozen=True)
class AttachableNode:
    """The facts of a node that do not change: its spec, its address, and host:port by the name of the port."""

    spec: NodeSpec
    address: str
    endpoints: Mapping[str, str]


@dataclass(frozen=True)
class AttachableSystem:
    """What an attached run is told: where the nodes run, what can be done to them, and which ones there are."""

    backend: str
    abilities: frozenset[Ability]
    timings: str
    servers: tuple[Servers[Any], ...]
    topology: Topology
    nodes: tuple[AttachableNode, ...]


def attach(state: SessionState, run: Identity) -> AttachableSystem:
    """Lets a pytest run work in the system, until it detaches or its process is gone."""
    state.attachable().attach(run)
    backend = state.run.backend
    # A service that was edited since gets a new image.
    backend.prepare(kinds_of([*state.system.deployment.topology, *state.system.specs]), lambda line: None)
    return AttachableSystem(
        backend.name,
        backend.abilities,
        state.run.options.timings,
        state.attachable().servers,
        state.system.deployment.topology,
        _nodes(state),
    )


def detach(state: SessionState) -> None:
    """Takes note that the attached run has done."""
    state.attachable().detach()


def ready(state: SessionState, declared: Declared) -> Cast | None:
    """The services that are ready for a scenario whose system is made of that; None if there are none."""
    system = state.attachable().ready(declared)
    return system.cast if system else None


def follow(state: SessionState, services: Cast) -> None:
    """Has the commands follow the attached run to the services with which it works now."""
    state.attachable().follow(services)


def put(state: SessionState, specs: Sequence[NodeSpec]) -> tuple[AttachableNode, ...]:
    """Adds nodes to the system and gives all that it has then."""
    state.system.deployment.put(specs)
    return _nodes(state)


def remove(state: SessionState, names: Collection[str]) -> tuple[AttachableNode, ...]:
    """Removes nodes from the system and gives those that are left."""
    state.system.deployment.remove(names)
    return _nodes(state)


def act(state: SessionState, name: str, verb: str, *arguments: object) -> object:
    """Calls a method of a node, or reads a property of it, by its name in the protocol, and gives what that gave.

    Raises:
        NodeStartError: the node has been removed.
    """
    node = state.system.deployment.nodes.get(name)
    if node is None:
        raise NodeStartError(f"{name} is not there any more: it was removed")
    if verb == "logs":
        return node.logs(since=cast("float", arguments[0]))
    member = getattr(node, verb)
    return member(*arguments) if callable(member) else member


def _nodes(state: SessionState) -> tuple[AttachableNode, ...]:
    return tuple(_attachable(node) for node in state.system.deployment.nodes.values())


def _attachable(node: Node) -> AttachableNode:
    return AttachableNode(node.spec, node.address, {port: node.endpoint(port) for port in node.spec.ports})


COMMANDS: Mapping[str, Callable[..., object]] = {
    "attach": attach,
    "detach": detach,
    "ready": ready,
    "follow": follow,
    "put": put,
    "remove": remove,
    "act": act,
}
