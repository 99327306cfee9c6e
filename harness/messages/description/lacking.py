"""What a scenario needs that a described system does not give, in words: for that it is left out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from harness.clusters import Servers
from harness.declared import Need
from harness.messages import needs
from harness.messages.application import Messages
from harness.messages.description.model import Description
from harness.messages.namespace import QueueKind
from harness.messages.needs import AtLeast
from harness.topology.timings import FAST


def delivers(system: Description) -> bool:
    """Whether messages come to messages instances, which show them."""
    return "messages" in system.services and bool(system.get.messages or system.read.messages)


def shows_logging(system: Description) -> bool:
    """Whether anybody shows what logging has."""
    return bool(system.get.logging or system.read.logging)


#: By need, whether a description gives it. What is not here only our own services have.
_GIVEN: Mapping[Need, Callable[[Description], bool]] = {
    needs.IDS: lambda system: any("${id}" in value for value in system.post.headers.values()),
    needs.HARD_TEXTS: lambda system: system.promises.text == "any",
    needs.IN_MEMORY: lambda system: system.settings.get("messages.from_beginning") == "false",
    needs.COMMITS: lambda system: system.settings.get("messages.commits") == "after storing",
    needs.PLACES: lambda system: "partition" in system.post.answer,
    needs.GROUP: lambda system: system.queue is not None and system.queue.group is not None,
    needs.TAKERS: lambda system: "logged_by" in system.post.answer,
    needs.MESSAGES: delivers,
    needs.MESSAGES_READ: lambda system: system.read.messages is not None,
    needs.LOGGING_READ: lambda system: system.read.logging is not None,
}


def lacks(
    system: Description,
    own: Sequence[Servers[Any]],
    servers: Sequence[Servers[Any]],
    application: Messages,
    wanted: Collection[Need],
) -> Iterator[str]:
    """What the system lacks of an application of the suite beside its servers, each as the end of "it needs".

    Args:
        system: somebody's own.
        own: the servers that it has.
        servers: those that the scenario is about, or that are not the usual ones: it needs as many, unless its needs
            say how many will do.
        application: the scenario's.
        wanted: what the scenario needs beside that.
    """
    yield from _servers(own, servers, wanted)
    if "logging" not in system.services:
        yield "a logging service"
    if application.queue == "any":
        if not (delivers(system) or shows_logging(system)):
            yield "a way to see what logging instances have ([get.logging] or [read.logging])"
    else:
        yield from _queue(system, application.queue)
    if system.runs_already and not application.consumers:
        yield "messages instances that do not run yet when it begins"
    yield from _manners(application)


def enough(servers: Servers[Any], wanted: Collection[Need]) -> AtLeast | None:
    """How many servers of a kind will do by a scenario's needs; None if it needs as many as it is written for."""
    kind = type(servers).__name__.lower()
    said = [need for need in wanted if isinstance(need, AtLeast) and need.of == kind]
    return max(said, key=lambda need: need.count, default=None)


def _servers(own: Sequence[Servers[Any]], servers: Sequence[Servers[Any]], wanted: Collection[Need]) -> Iterator[str]:
    """Which servers there are none of, or too few."""
    for each in servers:
        will_do = enough(each, wanted)
        words, count = (will_do.words, will_do.count) if will_do else (each.words, len(each.nodes(FAST)))
        same = next((other for other in own if type(other) is type(each)), None)
        if same is None:
            yield f"{words} ([servers.{type(each).__name__.lower()}])"
        elif len(same.nodes(FAST)) < count:
            yield f"{words}, and the file has {same.words}"


def _queue(system: Description, queue: QueueKind) -> Iterator[str]:
    """What a scenario needs that is about messages which go over this queue."""
    if "messages" not in system.services:
        yield "a messages service"
    if not delivers(system):
        yield "a way to see what messages instances have ([get.messages] or [read.messages])"
    if system.queue is None or system.queue.kind != queue:
        yield f"messages that go over {queue.capitalize()}"


def _manners(application: Messages) -> Iterator[str]:
    """What a scenario asks of our own services by the arguments of `messages`."""
    if application.queue_owner:
        yield "a queue whose owner it chooses"
    if not application.backups:
        yield "a map and a queue without backup"
    if application.replay:
        yield "consumers that read from the beginning whenever they get a partition"
    if application.work_s:
        yield "services that can be slowed down in the middle of their work"
    if application.mutants:
        yield "a defect in our own services"
    if application.own:
        yield f"clients with {', '.join(f'{name}={value}' for name, value in application.own)}"


def unmet(system: Description, wanted: Collection[Need]) -> Iterator[str]:
    """Which of these needs the system does not meet, in words; of servers `lacks` says that."""
    for need in sorted(wanted, key=lambda each: each.words):
        if isinstance(need, AtLeast):
            yield from _instances(system, need)
        elif need not in _GIVEN or not _GIVEN[need](system):
            yield need.words


def _instances(system: Description, need: AtLeast) -> Iterator[str]:
    """What a need says of instances, if there are too few."""
    for role, service in system.services.items():
        if role == need.of and service.count < need.count:
            yield f"{need.words}, and the file has {service.count}"
