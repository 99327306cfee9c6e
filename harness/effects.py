"""What a fault must bring about in the clusters, asked of the servers: a new leader, a shorter member list.

A new effect is one more function that returns an `Effect`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Node
from harness.clusters import Clusters

#: Looks at the clusters and the hurt nodes; something true that can be shown (JSON) once the effect is there.
Probe = Callable[[Clusters, Sequence[Node]], object]


@dataclass(frozen=True)
class Effect:
    """A condition with a name for the history and words for a person."""

    name: str
    what: str
    probe: Probe


def new_leader(topic: str) -> Effect:
    """Every partition of `topic` is led by a broker that was not hurt."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        gone = {clusters.kafka.id_of(node) for node in hurt}
        leaders = {str(p.id): p.leader for p in clusters.kafka.partitions(topic)}
        if any(leader is None or leader in gone for leader in leaders.values()):
            return None
        return leaders

    return Effect("leader", f"a new leader for every partition of {topic}", probe)


def new_controller() -> Effect:
    """The active controller is a broker that was not hurt."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        controller = clusters.kafka.controller()
        return None if controller in hurt else controller.spec.name

    return Effect("controller", "a new active controller", probe)


def new_coordinator(group: str) -> Effect:
    """The coordinator of a consumer group is a broker that was not hurt."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        coordinator = clusters.kafka.coordinator(group)
        return None if coordinator in hurt else coordinator.spec.name

    return Effect("coordinator", f"a new coordinator of {group}", probe)


def member_list_of(size: int) -> Effect:
    """Every running Hazelcast node lists exactly `size` members."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        sizes = clusters.hazelcast.sizes()
        return sizes if set(sizes.values()) == {size} else None

    return Effect("members", f"a Hazelcast member list of {size}", probe)


def split_off() -> Effect:
    """Each hurt Hazelcast member lists itself alone, and the others no longer list it."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        sizes = clusters.hazelcast.sizes()
        alone = {node.spec.name for node in hurt}
        wanted = {name: 1 if name in alone else len(sizes) - len(alone) for name in sizes}
        return sizes if sizes == wanted else None

    return Effect("split", "a split of the Hazelcast cluster", probe)


def partitions_safe() -> Effect:
    """Every backup of the Hazelcast cluster is in place again."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        return clusters.hazelcast.is_safe()

    return Effect("safe", "the Hazelcast partitions to be safe", probe)


def full_isr(topic: str) -> Effect:
    """Every partition of `topic` has all its replicas in sync again."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        return clusters.kafka.is_fully_replicated(topic)

    return Effect("isr-full", f"full in-sync replicas of {topic}", probe)


def store_answers() -> Effect:
    """The external store answers questions."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        return clusters.postgres.answers()

    return Effect("store", "PostgreSQL to answer", probe)
