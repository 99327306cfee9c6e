"""Makes topics, and asks for the settings of those that there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAlreadyExistsError

from harness.servers.kafka.connection import ASK_TIMEOUT_S, CLOSED, Connection
from harness.servers.kafka.metadata import Partition
from harness.waiting import until

#: The settings of a topic that decide what may be lost.
_TOLD = (
    "min.insync.replicas",
    "unclean.leader.election.enable",
    "cleanup.policy",
    "retention.ms",
    "retention.bytes",
)


def create(
    brokers: Connection, name: str, *, partitions: int, replicas: int | None, settings: Mapping[str, str]
) -> None:
    """Creates a topic.

    Args:
        brokers: the connection to them.
        name: of the topic.
        partitions: how many.
        replicas: of each; None for the brokers' default.
        settings: of the topic.
    """
    replication = -1 if replicas is None else replicas
    wanted = {name: {"num_partitions": partitions, "replication_factor": replication, "configs": dict(settings)}}
    unknown = False

    def ask(admin: KafkaAdminClient) -> None:
        nonlocal unknown
        try:
            admin.create_topics(wanted)
        except TopicAlreadyExistsError:
            # The answer to an earlier request came too late: it has made the topic.
            if not unknown:
                raise
        except CLOSED:
            unknown = True
            raise

    brokers.ask(ask)


def settings_of(brokers: Connection, topic: str, partitions: Callable[[], Sequence[Partition]]) -> Mapping[str, str]:
    """The settings of a topic that decide what may be lost, as the brokers have them.

    Args:
        brokers: the connection to them.
        topic: the topic.
        partitions: asks for its partitions.

    Raises:
        AwaitTimeoutError: no broker knows them. One that has just come back may not know of a new topic yet: it
            answers, with no settings and no partitions.
    """
    asked = ConfigResource(ConfigResourceType.TOPIC, topic, dict.fromkeys(_TOLD))
    settings = until(
        f"the settings of {topic}",
        lambda: brokers.ask(lambda admin: admin.describe_configs([asked], config_filter="all"))["topic"][topic],
        lambda settings: settings.keys() >= set(_TOLD),
        timeout_s=ASK_TIMEOUT_S,
    )
    found = until(f"the partitions of {topic}", partitions, timeout_s=ASK_TIMEOUT_S)
    replicas = min(len(partition.replicas) for partition in found)
    values = {name: str(settings[name]["value"]) for name in _TOLD}
    return {f"kafka.topic.{name}": value for name, value in {"replication.factor": str(replicas), **values}.items()}
