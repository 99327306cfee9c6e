"""Brokers of Kafka before KRaft by value, with the ZooKeeper that they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError

from harness.backends.protocol import Node
from harness.clusters import Servers
from harness.servers.kafka.view import KafkaView
from harness.topology.nodes import NodeSpec, PortReady
from harness.topology.settings import Settings
from harness.topology.timings import Timings
from harness.waiting import until
from tests.track_record.old_release import old_release

PORT, _ZOOKEEPER_PORT = 9092, 2181
_ZOOKEEPER = "zookeeper-1"
_FILE = "wanted.properties"
_MADE_TIMEOUT_S = 60.0
#: By these names the harness' view knows the nodes that are brokers, their ports, and their ids.
_ROLE, _CLIENTS, _ID = "kafka", "external", "KAFKA_NODE_ID"


class OldKafkaView(KafkaView):
    """Asks the brokers as the harness asks those of today, as far as they answer the same questions."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        super().__init__([node for node in nodes if node.spec.role == _ROLE])

    @property
    def addresses(self) -> list[str]:
        """The addresses of the brokers that run."""
        return [node.endpoint(_CLIENTS) for node in self.running()]

    def controller(self) -> Node:
        """The broker that controls the others."""
        return self.broker(int(self._ask(lambda admin: admin.describe_cluster())["controller_id"]))

    def make_topic(self, name: str, *, partitions: int, replicas: int) -> None:
        """Creates a topic, and returns once all replicas are in sync; they have to be told how many there are to be."""
        wanted = {name: {"num_partitions": partitions, "replication_factor": replicas}}

        def make(admin: KafkaAdminClient) -> None:
            # An earlier request may have got through, and its answer not.
            with suppress(TopicAlreadyExistsError):
                admin.create_topics(wanted)

        self._ask(make)
        until(f"full in-sync replicas of {name}", lambda: self.is_fully_replicated(name), timeout_s=_MADE_TIMEOUT_S)


@dataclass(frozen=True)
class OldKafka(Servers[OldKafkaView]):
    """`count` brokers of a release, with properties of their own."""

    count: int
    version: str
    settings: Settings = ()

    @property
    def words(self) -> str:
        """The brokers in words."""
        return f"{self.count} Kafka {self.version} brokers with ZooKeeper"

    def nodes(self, timings: Timings) -> tuple[NodeSpec, ...]:
        """The node specs of ZooKeeper and of the brokers."""
        return (self._zookeeper(), *map(self._broker, range(1, self.count + 1)))

    def view(self, nodes: Sequence[Node]) -> OldKafkaView:
        """The view of the brokers."""
        return OldKafkaView(nodes)

    def _zookeeper(self) -> NodeSpec:
        wanted = {
            "clientPort": _ZOOKEEPER_PORT,
            "clientPortAddress": f"${{{_ZOOKEEPER}}}",
            "maxClientCnxns": 0,
            "maxSessionTimeout": 120_000,
        }
        return self._node(_ZOOKEEPER, "zookeeper", 1, {"zookeeper": _ZOOKEEPER_PORT}, wanted)

    def _broker(self, index: int) -> NodeSpec:
        name = f"broker-{index}"
        wanted = {
            "broker.id": index,
            "listeners": f"PLAINTEXT://${{{name}}}:{PORT}",
            "advertised.listeners": f"PLAINTEXT://${{{name}}}:{PORT}",
            "zookeeper.connect": f"${{{_ZOOKEEPER}}}:{_ZOOKEEPER_PORT}",
            "zookeeper.connection.timeout.ms": 300_000,
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": 1,
            "auto.leader.rebalance.enable": "false",
            # It sets 128 MB aside.
            "log.cleaner.enable": "false",
            **dict(self.settings),
        }
        return self._node(name, _ROLE, index, {_CLIENTS: PORT}, wanted)

    def _node(
        self, name: str, role: str, index: int, ports: Mapping[str, int], wanted: Mapping[str, object]
    ) -> NodeSpec:
        return NodeSpec(
            name=name,
            role=role,
            index=index,
            kind=old_release("kafka", Path(__file__).parent, "launch_old_kafka.py", self.version),
            ports=ports,
            ready=PortReady(next(iter(ports))),
            arguments=("broker" if role == _ROLE else role,),
            environment={"PROPERTIES": f"${{file:{_FILE}}}", _ID: str(index)},
            files={_FILE: "".join(f"{key}={value}\n" for key, value in wanted.items())},
            stop_timeout_s=20.0,
        )
