"""Kafka brokers as node specs: combined broker and controller (KRaft), replicated so that one may die.

Two listeners: BROKER for the other nodes, EXTERNAL for the harness, which is outside of their network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.errors import BadInputError
from harness.servers.kafka.timings import PROPERTIES
from harness.topology.given import Given
from harness.topology.kinds import NodeKind
from harness.topology.nodes import NodeSpec, PortReady
from harness.topology.timings import Timings

PORT = 9092
_CONTROLLER_PORT = 9093
_EXTERNAL_PORT = 9094
_CLUSTER_ID = "5L6g3nShT-eMCtK--X86sw"
_NAMES = {"BROKER": PORT, "CONTROLLER": _CONTROLLER_PORT, "EXTERNAL": _EXTERNAL_PORT}
#: The units in which brokers can be told how long a topic keeps a record, in milliseconds; the first one counts.
_RETENTION = {"log.retention.ms": 1, "log.retention.minutes": 60_000, "log.retention.hours": 3_600_000}


def deleting(settings: Mapping[str, str]) -> Mapping[str, str]:
    """The properties of a topic that decide when it deletes records, on brokers that have `settings` of their own.

    Raises:
        BadInputError: how long it keeps them is no number.
    """
    return {
        "cleanup.policy": settings.get("log.cleanup.policy", "delete"),
        "retention.ms": _retention_ms(settings),
        "retention.bytes": settings.get("log.retention.bytes", "-1"),
    }


def _retention_ms(settings: Mapping[str, str]) -> str:
    name = next((name for name in _RETENTION if name in settings), "log.retention.hours")
    given = settings.get(name, "168")
    try:
        return str(max(int(given) * _RETENTION[name], -1))  # below 0 it is without end
    except ValueError:
        raise BadInputError(f"kafka(settings=...): {name} is {given!r}; give a whole number") from None


def brokers(count: int, *, timings: Timings, settings: Mapping[str, str], kind: NodeKind) -> tuple[NodeSpec, ...]:
    """`count` combined brokers: replication 3 (or `count`, if fewer), min.insync.replicas 2, clean elections only."""
    voters = ",".join(f"{index}@${{kafka-{index}}}:{_CONTROLLER_PORT}" for index in range(1, count + 1))
    return tuple(
        NodeSpec(
            name=f"kafka-{index}",
            role="kafka",
            index=index,
            kind=kind,
            ports={"broker": PORT, "external": _EXTERNAL_PORT},
            ready=PortReady("external"),
            environment={
                "CLUSTER_ID": _CLUSTER_ID,
                **_variables({**_properties(index, count, voters), **PROPERTIES[timings.name], **settings}),
            },
            stop_timeout_s=20.0,
        )
        for index in range(1, count + 1)
    )


def found(given: Sequence[Given]) -> tuple[NodeSpec, ...]:
    """Brokers that run already; of their environment only the `node.id` is known."""
    return tuple(
        NodeSpec(
            name=f"kafka-{index}",
            role="kafka",
            index=index,
            kind=each,
            ports={"external": int(each.where.rpartition(":")[2])},
            ready=PortReady("external"),
            environment={"KAFKA_NODE_ID": each.known_as},
            stop_timeout_s=60.0,
        )
        for index, each in enumerate(given, start=1)
    )


def topics_of_their_own(count: int, settings: Mapping[str, str]) -> Mapping[str, str]:
    """What topics say themselves on brokers that run already, so that they are as on brokers of the harness' own."""
    return {
        "min.insync.replicas": settings.get("min.insync.replicas", str(min(2, count))),
        "unclean.leader.election.enable": settings.get("unclean.leader.election.enable", "false"),
        **deleting(settings),
    }


def _properties(index: int, count: int, voters: str) -> dict[str, str]:
    replicas, in_sync = str(min(3, count)), str(min(2, count))
    host = f"${{kafka-{index}}}"
    return {
        "node.id": str(index),
        "process.roles": "broker,controller",
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "BROKER",
        "listeners": ",".join(f"{name}://{host}:{port}" for name, port in _NAMES.items()),
        "advertised.listeners": f"BROKER://{host}:{PORT},EXTERNAL://${{kafka-{index}:external}}",
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in _NAMES),
        "default.replication.factor": replicas,
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "min.insync.replicas": in_sync,
        "num.partitions": "3",
        "auto.create.topics.enable": "false",
        # Otherwise the leader moves back under the test.
        "auto.leader.rebalance.enable": "false",
    }


def _variables(properties: Mapping[str, str]) -> dict[str, str]:
    """Broker properties as the environment variables that the apache/kafka image understands."""
    return {
        "KAFKA_" + key.replace("_", "__").replace("-", "___").replace(".", "_").upper(): value
        for key, value in properties.items()
    }
