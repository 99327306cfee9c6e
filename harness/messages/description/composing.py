"""Takes the services of a compose file into a description: what it says of them stands where a person would say it.

A compose file's Kafka and Hazelcast are not taken: the servers of the description stand for them, under their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from os.path import isfile
from pathlib import Path
from typing import Any

from harness.decoding.positions import Keys
from harness.decoding.problems import Problem, choice, nearest, shown
from harness.errors import BadInputError
from harness.messages.description.image_kind import Own, built, derived, image_name, ready
from harness.messages.description.model import Description, Ready, Role, Service
from harness.messages.drafting import compose, dockerfile
from harness.messages.drafting.addresses import with_ports, without_braces
from harness.messages.drafting.compose import Container
from harness.messages.drafting.findings import Findings
from harness.messages.drafting.roles import Kind, number_of, server_of
from harness.messages.drafting.translating import cluster_of, command_of, port_of
from harness.topology.kinds import NodeKind

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_KINDS: Sequence[Kind] = ("hazelcast", "kafka")
_MOST = 9
#: What a compose file says in their place.
_SAID_THERE = ("count", "names", "folder", "dockerfile", "context", "image")


@dataclass(frozen=True)
class Composed:
    """A compose file.

    Attributes:
        root: the checkout.
        containers: its services, by their names.
    """

    root: Path
    containers: Mapping[str, Container]

    def servers(self, kind: Kind) -> Sequence[Container]:
        """The servers of a kind, in the order of the numbers in their names."""
        found = [each for each in self.containers.values() if _server(each) == kind]
        return sorted(found, key=lambda each: number_of(each.name) or 0)

    @property
    def hosts(self) -> Mapping[str, Kind]:
        """The kinds of servers by their host names."""
        return {name: kind for kind in _KINDS for each in self.servers(kind) for name in (each.name, *each.aliases)}

    @property
    def names(self) -> Mapping[str, Sequence[str]]:
        """The host names of servers, by the names of their kinds."""
        found = {kind: [name for each in self.servers(kind) for name in _host_names(each)] for kind in _KINDS}
        return {kind: tuple(dict.fromkeys(names)) for kind, names in found.items() if names}

    def own(self, description: Description) -> Mapping[Role, tuple[Own, ...]]:
        """What the instances of services have that are those of the compose file, by their roles.

        Raises:
            BadInputError: an image can't be built of what is there.
        """
        images: dict[object, NodeKind] = {}
        return {
            role: tuple(
                each
                for name in service.compose
                for each in _instances(self, self.containers[name], description, images)
            )
            for role, service in description.services.items()
            if service.compose
        }

    def text(self, text: str, name: str, container: Container) -> str | None:
        """A text of a service as its instance gets it; None if it can't be written so.

        Args:
            text: an argument, or the value of a variable.
            name: of the variable, or of the option before the argument.
            container: whose it is.
        """
        plain = without_braces(text, container.environment)
        if plain is None:
            return None
        for other in self.containers.values():
            for address in other.fixed:
                plain = re.sub(rf"(?<![\d.]){re.escape(address)}(?![\d.])", other.name, plain)
        return with_ports(plain, name, self.hosts)


def read(description: Description, folder: Path) -> Composed:
    """The compose file of a description.

    Args:
        description: that names one.
        folder: that its file is in.

    Raises:
        BadInputError: it can't be read, or is none.
    """
    root = (folder / description.checkout).resolve()
    path = root / (description.compose or "")
    if not isfile(path):
        raise BadInputError(f"there is no file {shown(description.compose)} in the checkout {root}")
    return Composed(root, {each.name: each for each in compose.read(path, Findings())})


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
    left = [name for name, each in composed.containers.items() if name not in taken and _server(each) is None]
    if left:
        yield f"not started: {', '.join(left)} of {description.compose}"


def _server(container: Container) -> Kind | None:
    kind = server_of(container.name, None if container.context else container.image)
    return None if kind == "beside" else kind


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
        elif kind := _server(container):
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
    if not _HOST_NAME.fullmatch(name):
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
    names = [name for each in containers for name in _instance_names(each)]
    said: dict[str, Any] = {"count": len(names), "names": names}
    if service.port == ():
        said["port"] = [_port(each) or 0 for each in containers for _ in _instance_names(each)]
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


def _instance_names(container: Container) -> Sequence[str]:
    if container.count == 1:
        return [container.name]
    return [f"{container.name}-{index}" for index in range(1, min(container.count, _MOST) + 1)]


def _port(container: Container) -> int | None:
    made = dockerfile.read(container.dockerfile) if container.dockerfile else None
    return port_of(container, made, container.environment, command_of(container, made))


def _servers(composed: Composed, description: Description, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The servers of a description, with those of a compose file by their names, as far as it says nothing else."""
    servers = dict(given)
    for kind in _KINDS:
        found = composed.servers(kind)
        if not found:
            continue
        said: dict[str, Any] = {"count": min(_MOST, sum(each.count for each in found))}
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


def _host_names(container: Container) -> Sequence[str]:
    return [name for name in (container.name, *container.aliases) if _HOST_NAME.fullmatch(name)]


def _instances(
    composed: Composed, container: Container, description: Description, images: dict[object, NodeKind]
) -> Iterator[Own]:
    """What each instance of a service has."""
    text = partial(_text, composed, container)
    kind = _kind(container, description, images, text)
    command = container.command or ()
    for name in _instance_names(container):
        yield Own(
            kind,
            arguments=tuple(text(word, before) for before, word in zip(["", *command], command, strict=False)),
            environment={variable: text(value, variable) for variable, value in container.environment.items()},
            host_names=tuple(each for each in (container.name, *container.aliases) if each != name),
        )


def _text(composed: Composed, container: Container, text: str, name: str) -> str:
    found = composed.text(text, name, container)
    # It was checked when the file was read.
    return text if found is None else found


def _kind(
    container: Container, description: Description, images: dict[object, NodeKind], text: partial[str]
) -> NodeKind:
    """The kind of a service, which shares its image with those that are made of the same."""
    place = f"{container.place}: {container.name}"
    name = image_name(description.name, container.name)
    made_of = (container.context, container.dockerfile, container.target, tuple(container.arguments.items()))
    if container.context is None or container.dockerfile is None:
        base = ready(container.image or "", place, description.images)
    elif (found := images.get(made_of)) is not None:
        base = found
    else:
        base = images[made_of] = built(
            name,
            place,
            container.context,
            container.dockerfile,
            description.images,
            arguments=container.arguments,
            target=container.target,
        )
    entrypoint = container.entrypoint
    words = None if entrypoint is None else tuple(text(word, "") for word in entrypoint)
    return derived(
        image_name(description.name, container.name, "own"),
        place,
        base,
        entrypoint=words,
        workdir=container.workdir,
        user=container.user,
        binds=container.binds,
    )
