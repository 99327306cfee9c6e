"""The facade, logging, messages and config services as node specs, and the epoch that keeps scenarios apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.messages.recipe import SERVICE
from harness.servers.hazelcast import spec as hz
from harness.servers.kafka import spec as kf
from harness.topology.nodes import HttpReady, NodeSpec
from harness.topology.timings import FAST, Timings

PORT = 8000
QueueKind = Literal["kafka", "hazelcast"]


@dataclass(frozen=True)
class Epoch:
    """The names one scenario works under, so that nothing of an earlier one can be seen.

    Attributes:
        id: unique per scenario, part of every name.
        queue: which server carries the messages.
        hazelcast_queue: its name; a scenario may choose one whose partition a certain member owns.
        backups: whether the map and the Hazelcast queue have one.
        replay: whether a messages instance reads its Kafka partitions from the beginning whenever it gets them.
    """

    id: str
    queue: QueueKind = "kafka"
    hazelcast_queue: str = ""
    backups: bool = True
    replay: bool = False

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
        return f"{self._prefix}logging-{self.id}"

    @property
    def queue_name(self) -> str:
        """The Hazelcast queue of this epoch."""
        return self.hazelcast_queue or f"{self._prefix}messages-{self.id}"

    @property
    def _prefix(self) -> str:
        return "" if self.backups else hz.NO_BACKUP


def services(
    epoch: Epoch,
    *,
    logging: int = 3,
    messages: int = 2,
    members: int = 3,
    brokers: int = 3,
    timings: Timings = FAST,
    mutants: Mapping[str, str] | None = None,
) -> tuple[NodeSpec, ...]:
    """config, facade, `logging` x logging, `messages` x messages for a cluster of that many members and brokers.

    Args:
        epoch: the names they work under.
        logging: how many logging instances.
        messages: how many messages instances.
        members: how many Hazelcast members there are.
        brokers: how many Kafka brokers there are.
        timings: of the consumers' failure detector.
        mutants: by role, the module of `services.mutants` to run in place of the service.
    """
    hazelcast = {
        "HAZELCAST_CLUSTER": hz.CLUSTER_NAME,
        "HAZELCAST_MEMBERS": ",".join(f"${{hazelcast-{i}}}:{hz.PORT}" for i in range(1, members + 1)),
    }
    queue = {"QUEUE": epoch.queue, **_queue(epoch, hazelcast, brokers, timings)}
    logger = {**hazelcast, "HAZELCAST_MAP": epoch.map}
    modules = {role: f"services.mutants.{name}" for role, name in (mutants or {}).items()}
    return (
        _service("config", 1, {}, modules),
        _service("facade", 1, queue, modules),
        *(_service("logging", index, logger, modules) for index in range(1, logging + 1)),
        *(_service("messages", index, queue, modules) for index in range(1, messages + 1)),
    )


def _queue(epoch: Epoch, hazelcast: Mapping[str, str], brokers: int, timings: Timings) -> dict[str, str]:
    if epoch.queue == "hazelcast":
        return {**hazelcast, "HAZELCAST_QUEUE": epoch.queue_name}
    return {
        "KAFKA_BOOTSTRAP": ",".join(f"${{kafka-{i}}}:{kf.PORT}" for i in range(1, brokers + 1)),
        "TOPIC": epoch.topic,
        "KAFKA_GROUP": epoch.group,
        "KAFKA_SESSION_TIMEOUT_MS": str(timings.session_ms),
        "REPLAY": "1" if epoch.replay else "0",
    }


def _service(role: str, index: int, environment: Mapping[str, str], modules: Mapping[str, str]) -> NodeSpec:
    name = role if role in {"config", "facade"} else f"{role}-{index}"
    return NodeSpec(
        name=name,
        role=role,
        index=index,
        kind=SERVICE,
        arguments=(modules.get(role, f"services.{role}"),),
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
