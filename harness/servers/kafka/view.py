"""The view of a Kafka cluster, asked of its brokers: leaders, in-sync replicas, the active controller, lag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.protocol.metadata import CoordinatorType

from harness.backends.protocol import Node, running_nodes
from harness.clusters import DetectorQuestions, Duty, DutyQuestions, View, Waiting
from harness.errors import InconclusiveError
from harness.servers.kafka import topics
from harness.servers.kafka.connection import ASK_TIMEOUT_S, CLOSED, Answer, Connection
from harness.servers.kafka.metadata import Lag, Partition, coordinator, lag_of, partitions_of, topic_by
from harness.servers.kafka.timings import DETECTORS
from harness.servers.kafka.wiping import names, wipe
from harness.waiting import until


class KafkaView(View):
    """Asks the brokers of one deployment, from any thread. A context manager: it holds an admin connection."""

    def __init__(self, nodes: Sequence[Node], topics: Mapping[str, str] | None = None) -> None:
        """Asks these nodes; `topics` are settings that new topics have to say themselves."""
        super().__init__(nodes)
        self._topics = topics or {}
        #: What there was when they were first complete; None before that.
        self._before: frozenset[str] | None = None
        self._connection = Connection(self.running, self._runs)

    def broker(self, node_id: int) -> Node:
        """The node whose `node.id` is `node_id`."""
        for node in self.nodes:
            if node.spec.environment["KAFKA_NODE_ID"] == str(node_id):
                return node
        raise InconclusiveError(f"Kafka names a broker {node_id} that is not of this deployment")

    def id_of(self, node: Node) -> int:
        """The `node.id` of a broker."""
        return int(node.spec.environment["KAFKA_NODE_ID"])

    def live(self) -> frozenset[int]:
        """The ids of the brokers that the cluster has registered and unfenced."""
        answer = self._ask(lambda admin: admin.describe_cluster())
        return frozenset(int(broker["broker_id"]) for broker in answer["brokers"])

    def partitions(self, topic: str) -> tuple[Partition, ...]:
        """The partitions of a topic in order, as any broker says: one that is cut off says how they were before."""
        (description,) = self._ask(lambda admin: admin.describe_topics([topic]))
        return partitions_of(topic, description)

    def controller(self) -> Node:
        """The active controller: the leader of the metadata quorum.

        Raises:
            InconclusiveError: there is none.
        """
        answer = self._ask(lambda admin: admin.describe_metadata_quorum())
        (topic,) = answer["topics"]
        (partition,) = topic["partitions"]
        if int(partition["leader_id"]) < 0:
            raise InconclusiveError("the Kafka brokers have no active controller")
        return self.broker(int(partition["leader_id"]))

    def coordinator(self, group: str) -> Node:
        """The broker that coordinates a consumer group: its members' heartbeats and commits go there."""
        return self.broker(
            self._ask(lambda admin: admin._manager.run(coordinator, admin, group, CoordinatorType.GROUP))
        )

    def transaction_coordinator(self, name: str) -> Node:
        """The broker that coordinates the transactions of the producer that has this transactional id."""
        kind = CoordinatorType.TRANSACTION
        return self.broker(self._ask(lambda admin: admin._manager.run(coordinator, admin, name, kind)))

    def lag(self, group: str, topic: str) -> tuple[Lag, ...]:
        """How far a group is behind in each partition of a topic, in order."""
        partitions = [TopicPartition(topic, partition.id) for partition in self.partitions(topic)]
        # In this order: nothing is committed beyond an end that is asked for later.
        committed = self._ask(lambda admin: admin.list_group_offsets({group: partitions}))[group]
        first = self._ask(lambda admin: admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST)))
        ends = self._ask(lambda admin: admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST)))
        return tuple(lag_of(group, at, first[at].offset, committed.get(at), ends[at].offset) for at in partitions)

    def create_topic(self, name: str, *, partitions: int = 3, configs: Mapping[str, str] | None = None) -> None:
        """Creates a topic with the brokers' default replication and returns once each partition has a leader and
        all its replicas in sync. On brokers that run already it has three replicas, or as many as there are brokers.
        """
        topics.create(
            self._connection,
            name,
            partitions=partitions,
            replicas=min(3, len(self.nodes)) if self._topics else None,
            settings={**self._topics, **(configs or {})},
        )
        until(f"full in-sync replicas of {name}", lambda: self.is_fully_replicated(name), timeout_s=ASK_TIMEOUT_S)

    def wipe(self) -> None:
        """Removes every topic but those that the brokers made for themselves, and every group of consumers."""
        wipe(self._ask)

    def await_formed(self, *, timeout_s: float) -> None:
        """Waits until every broker is live."""
        size = len(self.nodes)
        until(f"{size} live Kafka brokers", self.live, lambda ids: len(ids) == size, timeout_s=timeout_s)
        if self._before is None:
            self._before = frozenset(self._ask(names))

    def tidy(self, run: str) -> None:
        """Removes the topics and the groups of one run."""
        before = self._before or frozenset()
        wipe(self._ask, lambda name: f"-{run}-" in name and name not in before)

    @property
    def duties(self) -> DutyQuestions:
        """The active controller."""
        return {"controller": self._controller_duty}

    def _controller_duty(self) -> Sequence[tuple[str, Duty]]:
        words = "active controller"
        return [(self.controller().spec.name, Duty("controller", words, words))] if self.running() else []

    def leaders(self, topic: str) -> Mapping[str, str | None]:
        """By the number of each partition of a topic the name of the broker that leads it; None where nobody does."""
        return {
            str(partition.id): None if partition.leader is None else self.broker(partition.leader).spec.name
            for partition in self.partitions(topic)
        }

    def leaders_of(self, topic: str) -> Sequence[tuple[str, Duty]]:
        """Which brokers lead partitions of a topic, by name, each with the smallest set that is in sync with it."""
        led: dict[str, list[Partition]] = defaultdict(list)
        for partition in self.partitions(topic) if self.running() else ():
            if partition.leader is not None:
                led[self.broker(partition.leader).spec.name].append(partition)
        return [(name, _leads(partitions)) for name, partitions in led.items()]

    def waiting(self, group: str, topic: str) -> Sequence[Waiting]:
        """How far a consumer group is behind, by partition."""
        return [
            Waiting(
                f"{topic} p{lag.partition}",
                lag.behind,
                f"{group} is {lag.behind} behind in p{lag.partition} (committed {lag.committed}, end {lag.end})",
            )
            for lag in (self.lag(group, topic) if self.running() else ())
        ]

    def settings_of(self, topic: str) -> Mapping[str, str]:
        """The settings of a topic that decide what may be lost, as the brokers have them.

        Raises:
            AwaitTimeoutError: no broker knows them. One that has just come back may not know of a new topic yet: it
                answers, with no settings and no partitions.
        """
        return topics.settings_of(self._connection, topic, lambda: self.partitions(topic))

    @property
    def detectors(self) -> DetectorQuestions:
        """The settings of the failure detectors that each running broker has."""
        return {node.spec.name: partial(self._detectors_of, str(self.id_of(node))) for node in self.running()}

    def _detectors_of(self, broker: str) -> Mapping[str, str]:
        asked = ConfigResource(ConfigResourceType.BROKER, broker, dict.fromkeys(DETECTORS))
        answer = self._ask(lambda admin: admin.describe_configs([asked], config_filter="all"))
        settings = answer["broker"][broker]
        return {f"kafka.{name}": str(settings[name]["value"]) for name in DETECTORS if name in settings}

    def is_fully_replicated(self, topic: str) -> bool:
        """Whether every partition has a leader and all its replicas are in sync, by all brokers that run.

        By one alone is not enough: a leader that was cut off, and reaches the others again, answers with the replicas
        and the leader of before until it has heard of the new one.
        """
        agreed = self.agreed(topic)
        return bool(agreed) and all(partition.isr == partition.replicas for partition in agreed)

    def agreed(self, topic: str) -> tuple[Partition, ...]:
        """The partitions of a topic in order, each with a leader, by all brokers that run; none while they differ."""
        told = {self._told_by(node, topic) for node in self.running()}
        partitions = told.pop() if len(told) == 1 else ()
        return partitions if all(partition.leader is not None for partition in partitions) else ()

    def _told_by(self, node: Node, topic: str) -> tuple[Partition, ...]:
        """The partitions of a topic as one broker says; none if it does not answer, or the others don't know it yet."""
        try:
            return self._connection.ask_once(lambda admin: admin._manager.run(topic_by, admin, topic, self.id_of(node)))
        except CLOSED:
            return ()

    def _ask(self, question: Callable[[KafkaAdminClient], Answer]) -> Answer:
        return self._connection.ask(question)

    def _runs(self, node_id: int) -> bool:
        return bool(running_nodes(node for node in self.nodes if self.id_of(node) == node_id))

    def close(self) -> None:
        """Closes the admin connection, if there is one; the next question opens another."""
        self._connection.close()

    def __enter__(self) -> KafkaView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _leads(partitions: Sequence[Partition]) -> Duty:
    names = ", ".join(f"p{partition.id}" for partition in partitions)
    fewest = min((sorted(partition.isr) for partition in partitions), key=len)
    words = f"leads {names} (ISR {','.join(map(str, fewest))})"
    return Duty("leader", words, words)
