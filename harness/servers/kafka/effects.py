"""Effects in a Kafka cluster: what its brokers have to show after a fault."""

from __future__ import annotations

from collections.abc import Sequence

from harness.backends.protocol import Node
from harness.clusters import Clusters
from harness.effects import Effect
from harness.servers.kafka.kind import Kafka
from harness.steps import Step


def new_leader(topic: str) -> Effect:
    """Every partition of `topic` is led by a broker that was not hurt."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        gone = {clusters[Kafka].id_of(node) for node in hurt}
        leaders = {str(p.id): p.leader for p in clusters[Kafka].partitions(topic)}
        if any(leader is None or leader in gone for leader in leaders.values()):
            return None
        return leaders

    return Effect("leader", f"a new leader for every partition of {topic}", probe, Step.LEADER)


def leads_nothing(topic: str, node: Node) -> Effect:
    """A broker leads no partition of `topic` any more, and each is led by another one."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        leaders = {str(partition.id): partition.leader for partition in clusters[Kafka].partitions(topic)}
        return leaders if not {None, clusters[Kafka].id_of(node)}.intersection(leaders.values()) else None

    return Effect("leads-nothing", f"{node.spec.name} to lead no partition of {topic} any more", probe, Step.LEADER)


def no_leader(topic: str) -> Effect:
    """A partition of `topic` is led by nobody."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        return [partition.id for partition in clusters[Kafka].partitions(topic) if partition.leader is None]

    return Effect("leaderless", f"a partition of {topic} without a leader", probe)


def out_of_sync(topic: str) -> Effect:
    """No partition of `topic` counts a broker that was hurt among its replicas that are in sync."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        gone = {clusters[Kafka].id_of(node) for node in hurt}
        in_sync = {str(partition.id): sorted(partition.isr) for partition in clusters[Kafka].partitions(topic)}
        return in_sync if not any(gone.intersection(isr) for isr in in_sync.values()) else None

    return Effect("isr-without", f"in-sync replicas of {topic} without them", probe)


def new_controller() -> Effect:
    """The active controller is a broker that was not hurt."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        controller = clusters[Kafka].controller()
        return None if controller in hurt else controller.spec.name

    return Effect("controller", "a new active controller", probe, Step.LEADER)


def new_coordinator(group: str) -> Effect:
    """The coordinator of a consumer group is a broker that was not hurt."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        coordinator = clusters[Kafka].coordinator(group)
        return None if coordinator in hurt else coordinator.spec.name

    return Effect("coordinator", f"a new coordinator of {group}", probe, Step.LEADER)


def full_isr(topic: str) -> Effect:
    """Every partition of `topic` has all its replicas in sync again."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        return clusters[Kafka].is_fully_replicated(topic)

    return Effect("isr-full", f"full in-sync replicas of {topic}", probe, Step.REDUNDANCY)
