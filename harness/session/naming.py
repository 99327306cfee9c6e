"""Names on the command line: targets that are looked up at that moment, roles, and single nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness import targets
from harness.backends.protocol import Node, running_nodes
from harness.clusters import Clusters
from harness.errors import BadInputError
from harness.system import System
from harness.targets import Picked, Target
from harness.topology.nodes import NodeSpec


def roles(system: System) -> Sequence[str]:
    """The roles of which there are several nodes, or may be; the others' nodes are called as the role is."""
    candidates = dict.fromkeys(spec.role for spec in _specs(system).values())
    return [role for role in candidates if role not in _specs(system)]


def node_names(system: System) -> Sequence[str]:
    """The names of all nodes, also of those that were never started."""
    return list(_specs(system))


def target_named(system: System, name: str) -> Target:
    """The target of this name: one that is looked up, all running nodes of a role, or one node.

    Raises:
        BadInputError: there is none of that name; it says which there are.
    """
    known = system.targets
    if name in known:
        return known[name][0]
    if name in roles(system):
        return _running_of(name)
    if name in system.deployment.nodes:
        return targets.node(name)
    if name in _specs(system):
        raise BadInputError(f"{name} has not been started yet: harness start {name}")
    raise _unknown(name, [*known, *roles(system), *node_names(system)])


def specs_named(system: System, name: str) -> Sequence[NodeSpec]:
    """The specs of a role or of one node.

    Raises:
        BadInputError: there is none of that name.
    """
    specs = [spec for spec in _specs(system).values() if name in (spec.name, spec.role)]
    if not specs:
        raise _unknown(name, [*roles(system), *node_names(system)])
    return specs


def nodes_named(system: System, name: str) -> Sequence[Node]:
    """The nodes of a role or of one name; those that were never started are no nodes yet."""
    nodes = system.deployment.nodes
    return [nodes[spec.name] for spec in specs_named(system, name) if spec.name in nodes]


def node_named(system: System, name: str) -> Node:
    """The node of this name.

    Raises:
        BadInputError: there is none of that name, or it was never started.
    """
    if name in system.deployment.nodes:
        return system.deployment.nodes[name]
    if name in _specs(system):
        raise BadInputError(f"{name} has not been started yet: harness start {name}")
    raise _unknown(name, node_names(system))


def _unknown(name: str, known: Sequence[str]) -> BadInputError:
    return BadInputError(f"there is no {name!r}; choose one of {', '.join(known)}")


def _specs(system: System) -> Mapping[str, NodeSpec]:
    return {spec.name: spec for spec in (*system.deployment.topology, *system.specs)}


def _running_of(role: str) -> Target:
    def pick(clusters: Clusters) -> Picked:
        running = running_nodes(clusters.role(role))
        if not running:
            raise BadInputError(f"no {role} node runs: harness start {role}")
        return Picked(running, f"every running {role} node was asked for")

    return pick
