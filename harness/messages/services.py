"""The facade, logging, messages and config services as node specs."""

from __future__ import annotations

from collections.abc import Mapping

from harness.messages.namespace import Namespace
from harness.messages.recipe import SERVICE
from harness.messages.settings import variables
from harness.servers.hazelcast import spec as hz
from harness.servers.kafka import spec as kf
from harness.servers.kafka.timings import session_ms
from harness.topology.nodes import HttpReady, NodeSpec
from harness.topology.timings import Timings

PORT = 8000
#: The roles of all services.
ROLES = ("config", "facade", "logging", "messages")
#: The longest text that the facade takes, in bytes: escaped, each may need six of the million that a Kafka record has.
LONGEST_BYTES = 128 * 1024
#: How many instances of these roles there are.
LOGGING, MESSAGES = 3, 2


def services(
    namespace: Namespace,
    *,
    members: int,
    brokers: int,
    cluster: str = hz.CLUSTER_NAME,
    timings: Timings,
    mutants: Mapping[str, str] | None = None,
    work_s: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> tuple[NodeSpec, ...]:
    """config, facade, three logging and two messages instances for a cluster of that many members and brokers.

    Args:
        namespace: the names they work under.
        members: how many Hazelcast members there are.
        brokers: how many Kafka brokers there are.
        cluster: the name of the members' cluster.
        timings: of the consumers' failure detector.
        mutants: by role, the module of `services.mutants` to run in place of the service.
        work_s: by role, the seconds that a service takes over each message in the middle of its work.
        settings: of the services' clients, in place of their own.
    """
    hazelcast = {
        "HAZELCAST_CLUSTER": cluster,
        "HAZELCAST_MEMBERS": ",".join(f"${{hazelcast-{i}}}:{hz.PORT}" for i in range(1, members + 1)),
    }
    queue = {"QUEUE": namespace.queue, **_queue(namespace, hazelcast, brokers, timings)}
    logger = {**hazelcast, "HAZELCAST_MAP": namespace.map}
    modules = {role: f"services.mutants.{name}" for role, name in (mutants or {}).items()}
    own = {role: dict(variables(settings or {}, role)) for role in ("facade", "logging", "messages")}
    for role, seconds in (work_s or {}).items():
        own[role]["WORK_S"] = seconds
    facade = {**queue, "MESSAGE_BYTES": str(LONGEST_BYTES), **own["facade"]}
    logger |= own["logging"]
    messages = {**queue, **own["messages"]}
    return (
        _service("config", 1, {}, modules),
        _service("facade", 1, facade, modules),
        *(_service("logging", index, logger, modules) for index in range(1, LOGGING + 1)),
        *(_service("messages", index, messages, modules) for index in range(1, MESSAGES + 1)),
    )


def _queue(namespace: Namespace, hazelcast: Mapping[str, str], brokers: int, timings: Timings) -> dict[str, str]:
    if namespace.queue == "hazelcast":
        return {**hazelcast, "HAZELCAST_QUEUE": namespace.queue_name}
    return {
        "KAFKA_BOOTSTRAP": ",".join(f"${{kafka-{i}}}:{kf.PORT}" for i in range(1, brokers + 1)),
        "TOPIC": namespace.topic,
        "KAFKA_GROUP": namespace.group,
        "KAFKA_SESSION_TIMEOUT_MS": str(session_ms(timings)),
        "REPLAY": "1" if namespace.replay else "0",
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
        renewable=True,
    )
