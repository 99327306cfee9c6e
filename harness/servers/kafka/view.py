"""The view of a Kafka cluster, asked of its brokers: leaders, in-sync replicas, the active controller, lag."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.protocol.metadata import CoordinatorType, FindCoordinatorRequest, MetadataRequest

from harness.backends.protocol import Node, running_nodes
from harness.clusters import DetectorQuestions, Duty, DutyQuestions, View, Waiting
from harness.errors import InconclusiveError
from harness.servers.kafka.timings import DETECTORS
from harness.servers.kafka.wiping import names, wipe
from harness.waiting import until

Answer = TypeVar("Answer")
_ASK_TIMEOUT_S = 10.0
#: What kafka-python raises at a broker that is gone; the second where it writes to a connection that closes just then.
_CLOSED = (KafkaError, RuntimeError)
#: The settings of a topic that decide what may be lost.
_TOLD = (
    "min.insync.replicas",
    "unclean.leader.election.enable",
    "cleanup.policy",
    "retention.ms",
    "retention.bytes",
)


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


class KafkaView(View):
    """Asks the brokers of one deployment, from any thread. A context manager: it holds an admin connection."""

    def __init__(self, nodes: Sequence[Node], topics: Mapping[str, str] | None = None) -> None:
        """Asks these nodes; `topics` are settings that new topics have to say themselves."""
        super().__init__(nodes)
        self._topics = topics or {}
        #: What there was when they were first complete; None before that.
        self._before: frozenset[str] | None = None
        self._admin: KafkaAdminClient | None = None
        self._lock = threading.Lock()

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
        return _partitions(topic, description)

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
            self._ask(lambda admin: admin._manager.run(_coordinator, admin, group, CoordinatorType.GROUP))
        )

    def transaction_coordinator(self, name: str) -> Node:
        """The broker that coordinates the transactions of the producer that has this transactional id."""
        kind = CoordinatorType.TRANSACTION
        return self.broker(self._ask(lambda admin: admin._manager.run(_coordinator, admin, name, kind)))

    def lag(self, group: str, topic: str) -> tuple[Lag, ...]:
        """How far a group is behind in each partition of a topic, in order."""
        partitions = [TopicPartition(topic, partition.id) for partition in self.partitions(topic)]
        # In this order: nothing is committed beyond an end that is asked for later.
        committed = self._ask(lambda admin: admin.list_group_offsets({group: partitions}))[group]
        first = self._ask(lambda admin: admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST)))
        ends = self._ask(lambda admin: admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST)))
        return tuple(_lag(group, at, first[at].offset, committed.get(at), ends[at].offset) for at in partitions)

    def create_topic(self, name: str, *, partitions: int = 3, configs: Mapping[str, str] | None = None) -> None:
        """Creates a topic with the brokers' default replication and returns once each partition has a leader and
        all its replicas in sync. On brokers that run already it has three replicas, or as many as there are brokers.
        """
        replicas = min(3, len(self.nodes)) if self._topics else -1
        settings = {**self._topics, **(configs or {})}
        wanted = {name: {"num_partitions": partitions, "replication_factor": replicas, "configs": settings}}
        unknown = False

        def create(admin: KafkaAdminClient) -> None:
            nonlocal unknown
            try:
                admin.create_topics(wanted)
            except TopicAlreadyExistsError:
                # The answer to an earlier request came too late: it has made the topic.
                if not unknown:
                    raise
            except _CLOSED:
                unknown = True
                raise

        self._ask(create)
        until(f"full in-sync replicas of {name}", lambda: self.is_fully_replicated(name), timeout_s=_ASK_TIMEOUT_S)

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
        asked = ConfigResource(ConfigResourceType.TOPIC, topic, dict.fromkeys(_TOLD))
        settings = until(
            f"the settings of {topic}",
            lambda: self._ask(lambda admin: admin.describe_configs([asked], config_filter="all"))["topic"][topic],
            lambda settings: settings.keys() >= set(_TOLD),
            timeout_s=_ASK_TIMEOUT_S,
        )
        partitions = until(f"the partitions of {topic}", lambda: self.partitions(topic), timeout_s=_ASK_TIMEOUT_S)
        replicas = min(len(partition.replicas) for partition in partitions)
        values = {name: str(settings[name]["value"]) for name in _TOLD}
        return {f"kafka.topic.{name}": value for name, value in {"replication.factor": str(replicas), **values}.items()}

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
        admin = self._connected()
        told: tuple[Partition, ...] = ()
        try:
            told = admin._manager.run(_topic_by, admin, topic, self.id_of(node))
        except _CLOSED:
            self._give_up(admin)
        return told

    def _ask(self, question: Callable[[KafkaAdminClient], Answer]) -> Answer:
        """Asks brokers until one answers: a connection to one that was killed fails, and the next one is tried."""

        def ask() -> Answer:
            admin = self._connected()
            try:
                return question(admin)
            except _CLOSED:
                self._give_up(admin)
                raise

        return until("a Kafka broker to answer", ask, lambda _: True, timeout_s=_ASK_TIMEOUT_S, passing=_CLOSED)

    def _connected(self) -> KafkaAdminClient:
        with self._lock:
            if self._admin is None:
                running = self.running()
                if not running:
                    raise InconclusiveError("no Kafka broker runs that could be asked")
                logging.getLogger("kafka").setLevel(logging.CRITICAL)
                self._admin = KafkaAdminClient(
                    bootstrap_servers=[node.endpoint("external") for node in running],
                    kafka_client=self._client,
                    client_id="harness",
                    request_timeout_ms=3000,
                    reconnect_backoff_max_ms=200,
                )
            return self._admin

    def _client(self, **settings: Any) -> KafkaNetClient:
        net = NetworkSelector(**settings)
        return KafkaNetClient(net, _ThoseThatRun(self._runs, net, **settings), **settings)

    def _runs(self, node_id: int) -> bool:
        return bool(running_nodes(node for node in self.nodes if self.id_of(node) == node_id))

    def _give_up(self, admin: KafkaAdminClient) -> None:
        """Closes a connection if it is still the one in use; another thread may have replaced it already."""
        with self._lock:
            in_use = self._admin is admin
            if in_use:
                self._admin = None
        if in_use:
            with contextlib.suppress(KafkaError):
                admin.close()

    def close(self) -> None:
        """Closes the admin connection, if there is one; the next question opens another."""
        if self._admin is not None:
            self._give_up(self._admin)

    def __enter__(self) -> KafkaView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _partitions(topic: str, description: Mapping[str, Any]) -> tuple[Partition, ...]:
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


def _leads(partitions: Sequence[Partition]) -> Duty:
    names = ", ".join(f"p{partition.id}" for partition in partitions)
    fewest = min((sorted(partition.isr) for partition in partitions), key=len)
    words = f"leads {names} (ISR {','.join(map(str, fewest))})"
    return Duty("leader", words, words)


class _ThoseThatRun(KafkaConnectionManager):  # type: ignore[misc]
    """Only the brokers that run: one that hangs takes connections and questions, and each costs the whole time-out.

    Args:
        runs: tells whether the broker of an id does; that is a question to the engine, so it is asked of few.
        net: see `KafkaConnectionManager`.
        settings: likewise.
    """

    def __init__(self, runs: Callable[[int], bool], net: NetworkSelector, **settings: Any) -> None:
        self._runs = runs
        super().__init__(net, **settings)

    def least_loaded_node(self) -> Any:
        """A broker that runs, at random; None if the cluster's metadata names none."""
        named = [broker.node_id for broker in self.cluster.brokers()]
        return next((node_id for node_id in random.sample(named, len(named)) if self._runs(node_id)), None)


async def _coordinator(admin: KafkaAdminClient, name: str, kind: CoordinatorType) -> int:
    """The `node.id` of a coordinator as a broker says now; the client would repeat what it was told once."""
    question = FindCoordinatorRequest(key_type=kind.value, coordinator_keys=[name], min_version=4)
    (coordinator,) = (await admin._manager.send(question)).coordinators
    if coordinator.error_code:
        raise for_code(coordinator.error_code)(coordinator.error_message)
    return int(coordinator.node_id)


async def _topic_by(admin: KafkaAdminClient, topic: str, node_id: int) -> tuple[Partition, ...]:
    """The partitions of a topic as one broker says; the client's own question goes to any."""
    asked = MetadataRequest([MetadataRequest.MetadataRequestTopic(name=topic)], allow_auto_topic_creation=False)
    (described,) = (await admin._manager.send(asked, node_id=node_id)).to_dict()["topics"]
    return _partitions(topic, described)


def _lag(group: str, at: Any, first: int, committed: Any, end: int) -> Lag:
    """The lag by Kafka's answers: where they say -1 nothing was committed, and reading begins at the first record."""
    since = committed.offset if committed and committed.offset >= 0 else None
    return Lag(group, at.topic, at.partition, since, end, end - (first if since is None else since))
