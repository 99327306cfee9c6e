"""What the metadata of Kafka brokers says: partitions, coordinators, and how far consumer groups are behind.

The questions here are put to one broker; `harness.servers.kafka.connection` sees that one is asked that answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import for_code
from kafka.protocol.metadata import CoordinatorType, FindCoordinatorRequest, MetadataRequest


@dataclass(frozen=True)
class Partition:
    """One partition as the cluster's metadata has it; broker ids are `node.id`s."""

    topic: str
    id: int
    leader: int | None
    isr: frozenset[int]
    replicas: frozenset[int]


@dataclass(frozen=True)
class Lag:
    """How far a consumer group is behind in one partition.

    Attributes:
        group: the consumer group.
        topic: what it reads.
        partition: the partition's number.
        committed: the offset that the group goes on from; None if it has committed nothing there.
        end: the offset that the next record gets.
        behind: how many records it has not committed.
    """

    group: str
    topic: str
    partition: int
    committed: int | None
    end: int
    behind: int


def partitions_of(topic: str, description: Mapping[str, Any]) -> tuple[Partition, ...]:
    """The partitions of a topic in order, by a broker's description of it."""
    return tuple(
        Partition(
            topic=topic,
            id=int(entry["partition_index"]),
            leader=int(entry["leader_id"]) if entry["leader_id"] >= 0 else None,
            isr=frozenset(entry["isr_nodes"]),
            replicas=frozenset(entry["replica_nodes"]),
        )
        for entry in sorted(description["partitions"], key=lambda entry: int(entry["partition_index"]))
    )


async def coordinator(admin: KafkaAdminClient, name: str, kind: CoordinatorType) -> int:
    """The `node.id` of a coordinator as a broker says now; the client would repeat what it was told once."""
    question = FindCoordinatorRequest(key_type=kind.value, coordinator_keys=[name], min_version=4)
    (coordinator,) = (await admin._manager.send(question)).coordinators
    if coordinator.error_code:
        raise for_code(coordinator.error_code)(coordinator.error_message)
    return int(coordinator.node_id)


async def topic_by(admin: KafkaAdminClient, topic: str, node_id: int) -> tuple[Partition, ...]:
    """The partitions of a topic as one broker says; the client's own question goes to any."""
    asked = MetadataRequest([MetadataRequest.MetadataRequestTopic(name=topic)], allow_auto_topic_creation=False)
    (described,) = (await admin._manager.send(asked, node_id=node_id)).to_dict()["topics"]
    return partitions_of(topic, described)


def lag_of(group: str, at: Any, first: int, committed: Any, end: int) -> Lag:
    """The lag by Kafka's answers: where they say -1 nothing was committed, and reading begins at the first record."""
    since = committed.offset if committed and committed.offset >= 0 else None
    return Lag(group, at.topic, at.partition, since, end, end - (first if since is None else since))
