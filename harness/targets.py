"""Which node to hurt, decided at the moment of the fault, with the evidence for the choice.

A target is a function of the clusters; a new one is one more function here or anywhere else.
"""

from __future__ import annotations

import ipaddress
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.backends.protocol import Node, that_run
from harness.clusters import Clusters
from harness.errors import InconclusiveError


@dataclass(frozen=True)
class Picked:
    """The nodes a target chose and why, in words that a report can show."""

    nodes: tuple[Node, ...]
    why: str


Target = Callable[[Clusters], Picked]


def leader_holding(topic: str, partitions: Iterable[int]) -> Target:
    """The Kafka broker that leads a partition of `topic` which holds messages: the fullest of `partitions`.

    Args:
        topic: the topic.
        partitions: the partition of each acknowledged message, with repetitions.
    """
    held = Counter(partitions)

    def pick(clusters: Clusters) -> Picked:
        if not held:
            raise InconclusiveError(f"no acknowledged message says which partition of {topic} holds it")
        fullest, count = held.most_common(1)[0]
        leader = next(p.leader for p in clusters.kafka.partitions(topic) if p.id == fullest)
        if leader is None:
            raise InconclusiveError(f"partition {fullest} of {topic} has no leader before the fault")
        node = clusters.kafka.broker(leader)
        return Picked((node,), f"it leads partition {fullest} of {topic}, which holds {count} of the messages")

    return pick


def controller(clusters: Clusters) -> Picked:
    """The active KRaft controller."""
    return Picked((clusters.kafka.controller(),), "it is the active controller")


def coordinator(group: str) -> Target:
    """The Kafka broker that coordinates a consumer group."""

    def pick(clusters: Clusters) -> Picked:
        return Picked((clusters.kafka.coordinator(group),), f"it coordinates the consumer group {group}")

    return pick


def lowest_ip(clusters: Clusters) -> Picked:
    """The Hazelcast member with the lowest IP address, compared as numbers (10.0.0.9 is below 10.0.0.10)."""
    members = clusters.hazelcast.members()
    lowest = min(members, key=lambda node: ipaddress.ip_address(node.address))
    addresses = ", ".join(sorted((n.address for n in members), key=lambda a: int(ipaddress.ip_address(a))))
    return Picked((lowest,), f"{lowest.address} is the lowest of the members' addresses {addresses}")


def oldest_member(clusters: Clusters) -> Picked:
    """The oldest Hazelcast member, which is the cluster's master."""
    return Picked((clusters.hazelcast.members()[0],), "it is the oldest member, the master")


def owner_of(structure: str) -> Target:
    """The Hazelcast member that owns the partition of a queue (or another structure in one partition)."""

    def pick(clusters: Clusters) -> Picked:
        partition = clusters.hazelcast.partition_of(structure)
        return Picked((clusters.hazelcast.owner_of(partition),), f"it owns partition {partition}, that of {structure}")

    return pick


def saying_who_owns(structure: str, target: Target) -> Target:
    """What `target` picks, with a word on which member owns the partition of a queue or another structure."""

    def pick(clusters: Clusters) -> Picked:
        picked = target(clusters)
        owner = clusters.hazelcast.owner_of(clusters.hazelcast.partition_of(structure))
        who = "it owns" if owner in picked.nodes else f"{owner.spec.name}, not it, owns"
        return Picked(picked.nodes, f"{picked.why}; {who} {structure}")

    return pick


def other_than(target: Target) -> Target:
    """A running node of the same role that `target` does not pick: the first of them."""

    def pick(clusters: Clusters) -> Picked:
        picked = target(clusters)
        others = [each for each in that_run(clusters.role(picked.nodes[0].spec.role)) if each not in picked.nodes]
        if not others:
            raise InconclusiveError(f"no other {picked.nodes[0].spec.role} node runs than the one where {picked.why}")
        spared = ", ".join(each.spec.name for each in picked.nodes)
        return Picked((others[0],), f"it is another than {spared}, of which one may say: {picked.why}")

    return pick


def node(name: str) -> Target:
    """The node of that name."""

    def pick(clusters: Clusters) -> Picked:
        return Picked((clusters.nodes[name],), "it was asked for by name")

    return pick


def together(*targets: Target) -> Target:
    """All that the targets pick, at once; for nodes that share a fate."""

    def pick(clusters: Clusters) -> Picked:
        picked = [target(clusters) for target in targets]
        nodes = tuple(dict.fromkeys(node for one in picked for node in one.nodes))
        return Picked(nodes, "together: " + "; ".join(dict.fromkeys(one.why for one in picked)))

    return pick


def leading_controller(topic: str) -> Target:
    """The active controller, which has to lead a partition of `topic` as well.

    A topic with as many partitions as there are brokers has one led by each, so it does after a topic's creation.
    """

    def pick(clusters: Clusters) -> Picked:
        node = clusters.kafka.controller()
        led = [p.id for p in clusters.kafka.partitions(topic) if p.leader == clusters.kafka.id_of(node)]
        if not led:
            raise InconclusiveError(f"the active controller {node.spec.name} leads no partition of {topic}")
        return Picked((node,), f"it is the active controller and leads partition {led[0]} of {topic}")

    return pick


def some(role: str, count: int = 1, *, seed: int) -> Target:
    """`count` running nodes of a role, chosen by `seed` so that a run can be repeated."""

    def pick(clusters: Clusters) -> Picked:
        running = that_run(clusters.role(role))
        if len(running) < count:
            raise InconclusiveError(f"{count} running {role} nodes were wanted, there are {len(running)}")
        chosen = random.Random(seed).sample(running, count)
        return Picked(tuple(chosen), f"{count} of {len(running)} running {role} nodes, chosen by seed {seed}")

    return pick


def every(role: str) -> Target:
    """All running nodes of a role."""

    def pick(clusters: Clusters) -> Picked:
        running = that_run(clusters.role(role))
        if not running:
            raise InconclusiveError(f"there is no running {role} node")
        return Picked(running, f"they are all {len(running)} running {role} nodes")

    return pick
