"""Says in one line what a file describes, and what the harness can't see of such a system."""

from __future__ import annotations

from collections.abc import Iterator

from harness.given.tables import Running
from harness.messages.description.model import (
    Description,
    HazelcastServers,
    KafkaServers,
    Queue,
    Role,
    Servers,
)


def summary(described: Description, *more: str) -> str:
    """The system in one line, with what nobody can look at.

    Args:
        described: the system.
        more: what else is known of it.
    """
    return "; ".join([f"{described.name}: {parts(described)}", *_sources(described), *more, *unseen(described)])


def parts(described: Description) -> str:
    """The parts of the system in one line: services, servers and the queue."""
    services = ", ".join(_several(service.count, role, role) for role, service in described.services.items())
    return "; ".join([services, _servers(described.servers), _queue(described.queue)])


def _sources(described: Description) -> Iterator[str]:
    """What is taken from where, if it is not a command in the checkout."""
    composed = [name for service in described.services.values() for name in service.compose]
    if composed:
        yield f"{', '.join(composed)} as {described.compose} has them"
    for role, service in described.services.items():
        if source := service.dockerfile or service.image:
            yield f"{role} in the image of {source}"
        if service.running:
            yield f"{role} runs already at {_where(service.running)}"
    for kind, running in described.servers.running.items():
        yield f"{kind.capitalize()} runs already at {_where(running)}"
    for image, other in described.images.items():
        yield f"{other} for the image {image}"


def _where(running: Running) -> str:
    """Where nodes run already, and how they are broken."""
    how = ["the engine"] if running.container else list(running.commands)
    broken = f"broken by {', '.join(how)}" if how else "which nobody has said how to break"
    return f"{', '.join(running.at)}, {broken}"


def unseen(described: Description) -> Iterator[str]:
    """What the harness can't look at, in words; nothing of it is judged, or only by what the facade says."""
    get, read = described.get, described.read
    if described.runs_already:
        yield "others may post to it, too: messages that the harness did not post are passed over, and not judged"
    if not (get.logging or get.messages or read.logging or read.messages):
        yield "neither a GET nor a direct read shows any messages: of these nothing is judged"
    if _count(described, "logging") or get.logging:
        yield from _unseen_part("logging", in_a_get=get.logging is not None, direct=read.logging is not None)
        if "logged_by" not in described.post.answer and not read.logged:
            yield "neither an acknowledgement nor a direct read says which logging instance was given a message"
    if _count(described, "messages") or get.messages:
        yield from _unseen_part("messages", in_a_get=get.messages is not None, direct=read.messages is not None)
        if get.messages and not get.messages.source and not read.messages and _count(described, "messages") > 1:
            yield "no source in a GET's messages part: nobody says which instance has them"


def _unseen_part(role: str, *, in_a_get: bool, direct: bool) -> Iterator[str]:
    if not in_a_get and not direct:
        yield f"neither a GET nor a direct read shows what {role} has: nothing of it is judged"
    elif not direct:
        yield f"no direct read of {role} instances: only the facade says what they have"
    elif not in_a_get:
        yield f"no {role} part in a GET: what the facade shows of it is not judged"


def _count(described: Description, role: Role) -> int:
    service = described.services.get(role)
    return service.count if service else 0


def _several(count: int, one: str, more: str) -> str:
    return one if count == 1 else f"{count} {more}"


def _servers(servers: Servers) -> str:
    parts = []
    if servers.hazelcast:
        parts.append(_servers_of(servers.hazelcast, "Hazelcast member"))
    if servers.kafka:
        parts.append(_servers_of(servers.kafka, "Kafka broker"))
    return ", ".join(parts) or "no servers"


def _servers_of(said: HazelcastServers | KafkaServers, one: str) -> str:
    """Servers of one kind; how many there are that run already, nobody has asked yet."""
    return f"{one}s that run already" if said.running else f"{said.count} {one}{'s' * (said.count > 1)}"


def _queue(queue: Queue | None) -> str:
    if queue is None:
        return "no queue: what needs one is left out"
    if queue.kind == "kafka":
        return f"queue {queue.name} (Kafka, {queue.partitions} partition{'s' * (queue.partitions > 1)})"
    return f"queue {queue.name} (Hazelcast)"
