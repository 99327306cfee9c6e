"""Targets: rules that pick the nodes to break at the moment of the fault, with the evidence for the choice.

A target is a function of the clusters; a new one is one more function here or anywhere else.
"""

from __future__ import annotations

import random

from harness.backends.protocol import Node, running_nodes
from harness.clusters import Clusters
from harness.clusters import Picked as Picked
from harness.clusters import Target as Target
from harness.errors import InconclusiveError


def other_than(target: Target) -> Target:
    """A target that picks a running node of the same role that `target` does not pick: the first of them."""

    def pick(clusters: Clusters) -> Picked:
        others, spared = _others(target, clusters)
        return Picked(others[:1], f"it is another than {spared}")

    return pick


def all_but(target: Target) -> Target:
    """A target that picks all running nodes of the same role but those that `target` picks."""

    def pick(clusters: Clusters) -> Picked:
        others, spared = _others(target, clusters)
        return Picked(others, f"they are all that run but {spared}")

    return pick


def _others(target: Target, clusters: Clusters) -> tuple[tuple[Node, ...], str]:
    """The running nodes of the same role that `target` does not pick, and those that it does, with the reason."""
    picked = target(clusters)
    role = picked.nodes[0].spec.role
    others = tuple(each for each in running_nodes(clusters.role(role)) if each not in picked.nodes)
    if not others:
        raise InconclusiveError(f"no other {role} node runs than the one where {picked.why}")
    return others, f"{', '.join(each.spec.name for each in picked.nodes)}, of which one may say: {picked.why}"


def node(name: str) -> Target:
    """A target that picks the node of that name, or that has this place in its role: "logging-2" is the second one."""

    def pick(clusters: Clusters) -> Picked:
        if name in clusters.nodes:
            return Picked((clusters.nodes[name],), "it was asked for by name")
        role, _, place = name.rpartition("-")
        if nodes := [node for node in clusters.role(role) if str(node.spec.index) == place]:
            return Picked(tuple(nodes), f"it is {role} number {place}")
        raise InconclusiveError(f"there is no node {name!r}; there are {', '.join(sorted(clusters.nodes))}")

    return pick


def together(*targets: Target) -> Target:
    """A target that picks all nodes that these targets pick, at once; for nodes that share a fate."""

    def pick(clusters: Clusters) -> Picked:
        picked = [target(clusters) for target in targets]
        nodes = tuple(dict.fromkeys(node for part in picked for node in part.nodes))
        return Picked(nodes, "together: " + "; ".join(dict.fromkeys(part.why for part in picked)))

    return pick


def some(role: str, count: int = 1, *, seed: int) -> Target:
    """A target that picks `count` running nodes of a role, chosen by `seed` so that a run can be repeated."""

    def pick(clusters: Clusters) -> Picked:
        running = running_nodes(clusters.role(role))
        if len(running) < count:
            raise InconclusiveError(f"{count} running {role} nodes were wanted, there are {len(running)}")
        chosen = random.Random(seed).sample(running, count)
        return Picked(tuple(chosen), f"{count} of {len(running)} running {role} nodes, chosen by seed {seed}")

    return pick


def every(role: str) -> Target:
    """A target that picks all running nodes of a role."""

    def pick(clusters: Clusters) -> Picked:
        running = running_nodes(clusters.role(role))
        if not running:
            raise InconclusiveError(f"there is no running {role} node")
        return Picked(running, f"they are all {len(running)} running {role} nodes")

    return pick
