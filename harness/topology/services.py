"""The facade, logging, messages and config services as node specs, and the epoch that keeps scenarios apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.topology import hazelcast as hz
from harness.topology import kafka as kf
from harness.topology.nodes import HttpReady, NodeSpec

PORT = 8000
QueueKind = Literal["kafka", "hazelcast"]


@dataclass(frozen=True)
class Epoch:
    """The names one scenario works under, so that nothing of an earlier one can be seen.

    Attributes:
        id: unique per scenario, part of every name.
        queue: which server carries the messages.
        hazelcast_queue: its name; a scenario may choose one whose partition a certain member owns.
    """

    id: str
    queue: QueueKind = "kafka"
    hazelcast_queue: str = ""

    @property
    def topic(self) -> str:
        """The Kafka topic of this epoch."""
        return f"messages-{self.id}"

    @property
    def group(self) -> str:
        """The consumer group of this epoch."""
        return f"messages-{self.id}"

    @property
    def map(self) -> str:
        """The Hazelcast map that logging writes to."""
        return f"logging-{self.id}"

    @property
    def queue_name(self) -> str:
        """The Hazelcast queue of this epoch."""
        return self.hazelcast_queue or f"messages-{self.id}"


def services(
    epoch: Epoch,
    *,
    logging: int = 3,
    messages: int = 2,
    members: int = 3,
    brokers: int = 3,
    extra: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[NodeSpec, ...]:
    """config, facade, `logging` x logging, `messages` x messages for a cluster of that many members and brokers.

    Args:
        epoch: the names they work under.
        logging: how many logging instances.
        messages: how many messages instances.
        members: how many Hazelcast members there are.
        brokers: how many Kafka brokers there are.
        extra: more environment by role, such as {"facade": {"KAFKA_ACKS": "0"}} for a mutant.
    """
    hazelcast = {
        "HAZELCAST_CLUSTER": hz.CLUSTER_NAME,
        "HAZELCAST_MEMBERS": ",".join(f"${{hazelcast-{i}}}:{hz.PORT}" for i in range(1, members + 1)),
    }
    queue = {"QUEUE": epoch.queue, **_queue(epoch, hazelcast, brokers)}
    logger = {**hazelcast, "HAZELCAST_MAP": epoch.map}
    more = extra or {}
    return (
        _service("config", 1, 1, more.get("config", {})),
        _service("facade", 1, 1, {**queue, **more.get("facade", {})}),
        *(_service("logging", i, logging, {**logger, **more.get("logging", {})}) for i in range(1, logging + 1)),
        *(_service("messages", i, messages, {**queue, **more.get("messages", {})}) for i in range(1, messages + 1)),
    )


def _queue(epoch: Epoch, hazelcast: Mapping[str, str], brokers: int) -> dict[str, str]:
    if epoch.queue == "hazelcast":
        return {**hazelcast, "HAZELCAST_QUEUE": epoch.queue_name}
    return {
        "KAFKA_BOOTSTRAP": ",".join(f"${{kafka-{i}}}:{kf.PORT}" for i in range(1, brokers + 1)),
        "TOPIC": epoch.topic,
        "KAFKA_GROUP": epoch.group,
    }


def _service(role: str, index: int, count: int, environment: Mapping[str, str]) -> NodeSpec:
    name = role if count == 1 and role in {"config", "facade"} else f"{role}-{index}"
    return NodeSpec(
        name=name,
        role=role,
        index=index,
        kind="service",
        arguments=(f"services.{role}",),
        ports={"http": PORT},
        ready=HttpReady("http", "/health"),
        environment={
            "SERVICE_NAME": name,
            "HOST": f"${{{name}}}",
            "PORT": str(PORT),
            "ADVERTISE_URL": f"http://${{{name}}}:{PORT}",
            "CONFIG_URL": f"http://${{config}}:{PORT}",
            **environment,
        },
        stop_timeout_s=5.0,
    )
