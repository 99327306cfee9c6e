"""Takes the services of a compose file into a description: what it says of them stands where a person would say it.

A compose file's Kafka and Hazelcast are not taken: the servers of the description stand for them, under their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from os.path import isfile
from pathlib import Path
from typing import Any

from harness.decoding.positions import Keys
from harness.decoding.problems import Problem, choice, nearest, shown
from harness.errors import BadInputError
from harness.messages.description.composed import HOST_NAME, KINDS, MOST, Composed, instance_names, read, server
from harness.messages.description.model import Description, Ready, Role, Service
from harness.messages.drafting import dockerfile
from harness.messages.drafting.containers import Container, cluster_of, command_of, port_of

#: What a compose file says in their place.
_SAID_THERE = ("count", "names", "folder", "dockerfile", "context", "image")


def filled(
    description: Description, given: Mapping[str, Any], folder: Path
) -> tuple[Mapping[str, Any], Sequence[Problem]]:
    """A description as plain values, with what its compose file says, and all that can't be taken from that.

    Args:
        description: as the file has it.
        given: the same as plain values.
        folder: that the file is in.
    """
    wanted = {role: service for role, service in description.services.items() if service.compose}
    if description.compose is None:
        words = 'is of a compose file: name it above all tables, as in compose = "docker-compose.yml"'
        return given, [Problem(("services", role, "compose"), words) for role in wanted]
    try:
        composed = read(description, folder)
    except BadInputError as error:
        return given, [Problem(("compose",), str(error))]
    wrong: list[Problem] = []
    taken: dict[str, Role] = {}
    for role, service in wanted.items():
        wrong += _unfit(composed, role, service, taken)
    if wrong:
        return given, wrong
    services = {
        role: {**said, **(_said(composed, wanted[role]) if role in wanted else {})}
        for role, said in given["services"].items()
    }
    wrong += [problem for role, service in wanted.items() for problem in _unsaid(composed, role, service)]
    servers = _servers(composed, description, given.get("servers", {}))
    return {**given, "services": services, "servers": servers}, wrong


def told(description: Description, folder: Path) -> Iterator[str]:
    """What becomes of the rest of a description's compose file, in words: the servers, and what nobody starts.

    Raises:
        BadInputError: it can't be read.
    """
    composed = read(description, folder)
    for names in composed.names.values():
        yield f"the harness' servers are called {', '.join(names)} as well"
    taken = {name for service in description.services.values() for name in service.compose}
    left = [name for name, each in composed.containers.items() if name not in taken and server(each) is None]
    if left:
        yield f"not started: {', '.join(left)} of {description.compose}"


def _unfit(composed: Composed, role: Role, service: Service, taken: dict[str, Role]) -> Iterator[Problem]:
    """What of the services that a role names can't be taken."""
    keys: Keys = ("services", role, "compose")
    for name in _SAID_THERE:
        if getattr(service, name) != getattr(_NOTHING, name):
            yield Problem((*keys[:2], name), "has no meaning beside compose: the compose file says it")
    for index, name in enumerate(service.compose):
        at = (*keys, index)
        container = composed.containers.get(name)
        if container is None:
            meant = nearest(name, composed.containers)
            yield Problem(at, f"there is no service {shown(name)}{choice(meant, composed.containers)}")
        elif kind := server(container):
            yield Problem(at, f"{container.place}: {name} is a server, for which [servers.{kind}] stands; leave it out")
        elif name in taken:
            yield Problem(at, f"{name} is an instance of {taken[name]} already")
        else:
            taken[name] = role
            yield from (Problem(at, words) for words in _refused(composed, container))


def _refused(composed: Composed, container: Container) -> Iterator[str]:
    """What of a service can't be, each with its line and what to do."""
    place, name = container.place, container.name
    yield from container.refused
    if not HOST_NAME.fullmatch(name):
        yield f"{place}: {name}: its name can't be a host name; give it one of letters, digits and hyphens"
    if container.context is None and container.image is None:
        yield f"{place}: {name}: says neither build, of a folder that is here, nor image; say one"
    here = [("build", each) for each in (container.context, container.dockerfile) if each]
    for key, path in [*here, *(("volumes", each) for each in container.binds.values() if not _engine(each))]:
        if not path.resolve().is_relative_to(composed.root):
            yield (
                f"{place}: {name}: {key}: {path} is outside of the checkout {composed.root}; give a checkout that has "
                "it, or leave it out"
            )
    if container.dockerfile and not isfile(container.dockerfile):
        yield f"{place}: {name}: build: there is no file {container.dockerfile}"
    for variable, text in container.environment.items():
        if composed.text(text, variable, container) is None:
            yield f"{place}: {name}: {variable}: ${{ means something else here; write ${variable} without braces"
    for word in (*(container.entrypoint or ()), *(container.command or ())):
        if composed.text(word, "", container) is None:
            yield f"{place}: {name}: {shown(word)}: ${{ means something else here; write the variable without braces"


def _engine(path: Path) -> bool:
    """Whether a path is that of an engine's socket, which is refused as such."""
    return path.suffix == ".sock"


_NOTHING = Service()


def _said(composed: Composed, service: Service) -> Mapping[str, Any]:
    """What a compose file says of a service, as a description has it; what that says itself stays."""
    containers = [composed.containers[name] for name in service.compose]
    names = [name for each in containers for name in instance_names(each)]
    said: dict[str, Any] = {"count": len(names), "names": names}
    if service.port == ():
        said["port"] = [_port(each) or 0 for each in containers for _ in instance_names(each)]
    health = containers[0].health
    if service.ready == Ready() and health:
        said["ready"] = {"path": health}
    stop_s = containers[0].stop_s
    if service.stop_timeout_s == _NOTHING.stop_timeout_s and stop_s:
        said["stop_timeout_s"] = min(stop_s, 3600.0)
    return said


def _unsaid(composed: Composed, role: Role, service: Service) -> Iterator[Problem]:
    """What neither file says."""
    for index, name in enumerate(service.compose):
        container = composed.containers[name]
        if service.port == () and _port(container) is None:
            words = f"{container.place}: nothing says on which port {name} listens; say port here, or expose there"
            yield Problem(("services", role, "compose", index), words)


def _port(container: Container) -> int | None:
    made = dockerfile.read(container.dockerfile) if container.dockerfile else None
    return port_of(container, made, container.environment, command_of(container, made))


def _servers(composed: Composed, description: Description, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The servers of a description, with those of a compose file by their names, as far as it says nothing else."""
    servers = dict(given)
    for kind in KINDS:
        found = composed.servers(kind)
        if not found:
            continue
        said: dict[str, Any] = {"count": min(MOST, sum(each.count for each in found))}
        if kind == "hazelcast":
            said["cluster"] = cluster_of(found)
        servers[kind] = {
            **(said if getattr(description.servers, kind) is None else _but_count(said)),
            **given.get(kind, {}),
        }
    return servers


def _but_count(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """How many there are is the file's to say where it names them."""
    return {name: value for name, value in said.items() if name != "count"}
