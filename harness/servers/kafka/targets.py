"""Targets of a Kafka cluster: which broker to break, asked of the cluster at the moment of the fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from harness.clusters import Clusters
from harness.errors import InconclusiveError
from harness.servers.kafka.kind import Kafka
from harness.targets import Picked, Target

if TYPE_CHECKING:
    from harness.servers.kafka.metadata import Partition


def leader_holding(topic: str, partitions: Iterable[int]) -> Target:
    """The Kafka broker that leads a partition of `topic` which holds messages: the fullest of `partitions`.

    Args:
        topic: the topic.
        partitions: the partition of each acknowledged message, with repetitions.
    """

    def choose(fullest: Partition) -> tuple[Sequence[int], str]:
        if fullest.leader is None:
            raise InconclusiveError(
                f"partition {fullest.id} of {topic} has no leader before the fault: of its replicas "
                f"{sorted(fullest.replicas)} those in sync are {sorted(fullest.isr)}"
            )
        return [fullest.leader], "it leads"

    return _of_the_fullest(topic, partitions, choose)


def followers_holding(topic: str, partitions: Iterable[int]) -> Target:
    """The Kafka brokers that follow the leader of a partition which holds messages: the fullest of `partitions`.

    Args:
        topic: the topic.
        partitions: the partition of each acknowledged message, with repetitions.
    """

    def choose(fullest: Partition) -> tuple[Sequence[int], str]:
        following = sorted(fullest.replicas - {fullest.leader})
        if not following:
            raise InconclusiveError(f"partition {fullest.id} of {topic} has one replica: nobody follows its leader")
        return following, "a follower of"

    return _of_the_fullest(topic, partitions, choose)


def follower_in_sync(topic: str, partitions: Iterable[int]) -> Target:
    """A Kafka broker that is in sync with the leader of a partition which holds messages: the fullest of `partitions`.

    Args:
        topic: the topic.
        partitions: the partition of each acknowledged message, with repetitions.
    """

    def choose(fullest: Partition) -> tuple[Sequence[int], str]:
        following = sorted(fullest.isr - {fullest.leader})
        if not following:
            raise InconclusiveError(
                f"no follower of partition {fullest.id} of {topic} is in sync: of its replicas "
                f"{sorted(fullest.replicas)} {fullest.leader} leads, and those in sync are {sorted(fullest.isr)}"
            )
        return following[:1], "a follower in sync of"

    return _of_the_fullest(topic, partitions, choose)


def _of_the_fullest(
    topic: str, partitions: Iterable[int], choose: Callable[[Partition], tuple[Sequence[int], str]]
) -> Target:
    """Picks the brokers that `choose` gives for the partition with the most messages, with what they are to it."""
    held = Counter(partitions)

    def pick(clusters: Clusters) -> Picked:
        fullest, words = _fullest(clusters, topic, held)
        ids, what = choose(fullest)
        return Picked(tuple(clusters[Kafka].broker(id_) for id_ in ids), f"{what} {words}")

    return pick


def _fullest(clusters: Clusters, topic: str, held: Counter[int]) -> tuple[Partition, str]:
    """The partition with the most messages, as the brokers have it and in words."""
    if not held:
        raise InconclusiveError(f"no acknowledged message says which partition of {topic} holds it")
    number, count = held.most_common(1)[0]
    known = {partition.id: partition for partition in clusters[Kafka].partitions(topic)}
    if number not in known:
        raise InconclusiveError(f"the brokers know no partition {number} of {topic}; they name {sorted(known)}")
    return known[number], f"partition {number} of {topic}, which holds {count} of the messages"


def controller(clusters: Clusters) -> Picked:
    """The active KRaft controller."""
    return Picked((clusters[Kafka].controller(),), "it is the active controller")


def coordinator(group: str) -> Target:
    """The Kafka broker that coordinates a consumer group."""

    def pick(clusters: Clusters) -> Picked:
        return Picked((clusters[Kafka].coordinator(group),), f"it coordinates the consumer group {group}")

    return pick


def transaction_coordinator(name: str) -> Target:
    """The Kafka broker that coordinates the transactions of the producer that has this transactional id."""

    def pick(clusters: Clusters) -> Picked:
        return Picked((clusters[Kafka].transaction_coordinator(name),), f"it coordinates the transactions of {name}")

    return pick


def leader_without_control(topic: str) -> Target:
    """A Kafka broker that leads a partition of `topic` and is not the active controller."""

    def pick(clusters: Clusters) -> Picked:
        active = clusters[Kafka].controller()
        for partition in clusters[Kafka].partitions(topic):
            if partition.leader is not None and (node := clusters[Kafka].broker(partition.leader)) is not active:
                return Picked((node,), f"it leads partition {partition.id} of {topic} and is not the active controller")
        raise InconclusiveError(f"the active controller {active.spec.name} leads every partition of {topic}")

    return pick


def leading_controller(topic: str) -> Target:
    """The active controller, which has to lead a partition of `topic` as well.

    A topic with as many partitions as there are brokers has one led by each, so it does after a topic's creation.
    """

    def pick(clusters: Clusters) -> Picked:
        node = clusters[Kafka].controller()
        led = [p.id for p in clusters[Kafka].partitions(topic) if p.leader == clusters[Kafka].id_of(node)]
        if not led:
            raise InconclusiveError(f"the active controller {node.spec.name} leads no partition of {topic}")
        return Picked((node,), f"it is the active controller and leads partition {led[0]} of {topic}")

    return pick
