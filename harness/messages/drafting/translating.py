"""Makes services and servers of a description of the containers of a compose file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from harness.messages.description.model import (
    HazelcastServers,
    KafkaServers,
    Queue,
    Ready,
    Role,
    Servers,
    Service,
)
from harness.messages.drafting import dockerfile, source
from harness.messages.drafting.addresses import Addresses, without_braces
from harness.messages.drafting.alike import common, same
from harness.messages.drafting.containers import Container, cluster_of, command_of, port_of
from harness.messages.drafting.findings import Findings
from harness.messages.drafting.parts import UNKNOWN_COMMAND, USUAL_PORT, Parts
from harness.messages.drafting.places import Address, places
from harness.messages.drafting.placing import placed, simplified
from harness.messages.drafting.roles import Kind, number_of, role_of, server_of
from harness.servers.hazelcast.spec import CLUSTER_NAME

_MOST = 9
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_TOPIC = re.compile(r"([\w.-]+?):(\d+)(?::\d+)?")
_CONSOLE = "a console, or a helper of the servers, of which the harness needs none"
#: What says in images how Python is to behave, which the harness decides.
_OF_IMAGES = re.compile(r"PYTHON(UNBUFFERED|DONTWRITEBYTECODE|HASHSEED|FAULTHANDLER)|PIP_.*|POETRY_.*|LANG|LC_ALL|PATH")


@dataclass(frozen=True)
class _Instances:
    """One instance of a role or several, with what their container says in the words of a description."""

    container: Container
    names: tuple[str, ...]
    command: tuple[str, ...]
    folder: str
    port: int | None
    environment: Mapping[str, str]


def translated(containers: Sequence[Container], root: Path, findings: Findings) -> Parts:
    """The services, servers and queue of a compose file.

    Args:
        containers: its services.
        root: the folder of the code; absolute, without links.
        findings: is told what was not taken, and what is missing.
    """
    all_kinds = {each.name: server_of(each.name, None if each.context else each.image) for each in containers}
    kinds = {name: kind for name, kind in all_kinds.items() if kind and not (kind == "beside" and role_of(name))}
    served = {kind: [each for each in containers if kinds.get(each.name) == kind] for kind in ("hazelcast", "kafka")}
    by_role: dict[Role, list[Container]] = {}
    for each in containers:
        role = role_of(each.name)
        if kinds.get(each.name) == "beside":
            findings.leave(each.place, each.name, _CONSOLE)
        elif each.name not in kinds and role:
            by_role.setdefault(role, []).append(each)
            findings.left.extend(each.left)
        elif each.name not in kinds:
            why = (
                "its name says none of the roles facade, logging, messages, config, and the harness has no such server"
            )
            findings.leave(each.place, each.name, why)
    strangers = [
        each.name for each in containers if kinds.get(each.name, "beside") == "beside" and not role_of(each.name)
    ]
    counts = {kind: min(_MOST, sum(each.count for each in some)) for kind, some in served.items()}
    for kind, some in served.items():
        for each in some:
            findings.leave(each.place, each.name, _servers_words(kind, counts[kind]))
    work = _Work(root, findings, Addresses(dict(_hosts(served)), cluster_of(served["hazelcast"])), by_role, strangers)
    services = {role: work.service(role, by_role[role]) for role in get_args(Role) if role in by_role}
    hosts = places([each.text for each in source.programs(root)], work.addresses.hosts).servers
    return Parts(
        services=services,
        servers=Servers(
            hazelcast=_members(counts["hazelcast"], hosts.get("hazelcast", ()), work) if counts["hazelcast"] else None,
            kafka=KafkaServers(count=counts["kafka"], hosts=_in_order(hosts.get("kafka", ()), counts["kafka"], work))
            if counts["kafka"]
            else None,
        ),
        queue=_queue(services, containers) if counts["kafka"] else None,
        requirements=tuple(_requirements(services, root)),
    )


def _members(count: int, found: Sequence[Address], work: _Work) -> HazelcastServers:
    """The members, of the cluster that the code asks for if it has their names as well."""
    hosts = _in_order(found, count, work)
    cluster = source.cluster([each.text for each in source.programs(work.root)]) if hosts else None
    return HazelcastServers(count=count, hosts=hosts, cluster=cluster or CLUSTER_NAME)


def _in_order(found: Sequence[Address], count: int, work: _Work) -> tuple[str, ...]:
    """The names that the code has for servers, and their ports, in order; none if it lacks some."""
    by_number = {work.addresses.hosts[each.host][1]: str(each) for each in found}
    return tuple(by_number[number] for number in sorted(by_number)) if len(by_number) == count else ()


def _servers_words(kind: str, count: int) -> str:
    what = {"hazelcast": "Hazelcast member", "kafka": "Kafka broker"}[kind] + "s" * (count > 1)
    return f"the harness starts {count} {what} of its own; its image, ports and settings are not taken"


def _hosts(served: Mapping[str, Sequence[Container]]) -> Iterator[tuple[str, tuple[Kind, int]]]:
    kind: Kind
    for kind in ("hazelcast", "kafka"):
        ordered = sorted(served[kind], key=lambda each: number_of(each.name) or 0)
        for number, each in enumerate(ordered[:_MOST], start=1):
            for name in (*each.aliases, each.name):
                yield name, (kind, number)


@dataclass(frozen=True)
class _Work:
    root: Path
    findings: Findings
    addresses: Addresses
    by_role: Mapping[Role, Sequence[Container]]
    strangers: Sequence[str]

    def service(self, role: Role, containers: Sequence[Container]) -> Service:
        """The service of a role, whose instances are in these containers."""
        ordered = sorted(containers, key=lambda each: number_of(each.name) or 0)
        found = [self._instances(role, each) for each in ordered]
        alike = [each for each in found if self._alike(role, found[0], each)]
        names = [name for each in alike for name in each.names]
        if len(names) > _MOST:
            why = f"{len(names)} instances; {_MOST} at most"
            self.findings.leave(alike[0].container.place, role, why)
            alike, names = alike[:_MOST], names[:_MOST]
        ports = [each.port or USUAL_PORT for each in alike for _ in each.names][:_MOST]
        if any(each.port is None for each in alike):
            self.findings.guess(f"[services.{role}] port: nothing says where it listens; {USUAL_PORT} is a guess")
        own = tuple(names) if alike[0].container.count == 1 else ()
        return Service(
            command=common([each.command for each in alike], ports, names, self._differs(role, "command"))
            or alike[0].command,
            port=ports[0] if len(set(ports)) == 1 else tuple(ports),
            folder=alike[0].folder,
            count=len(names),
            names=own,
            environment=dict(self._environment(role, alike, ports, names)),
            ready=Ready(path=alike[0].container.health),
            stop_timeout_s=min(3600.0, alike[0].container.stop_s or 10.0),
        )

    def _instances(self, role: Role, container: Container) -> _Instances:
        built = dockerfile.read(container.dockerfile) if container.dockerfile else None
        environment = {
            name: value
            for name, value in (built.environment if built else {}).items()
            if not _OF_IMAGES.fullmatch(name)
        }
        environment.update(container.environment)
        given = simplified(command_of(container, built))
        folder, command, lost = placed(given, container, built, self.root)
        if not command:
            command = (UNKNOWN_COMMAND,)
            self.findings.guess(f"[services.{role}] command: neither {container.place} nor a Dockerfile says one")
        if folder is None:
            self.findings.leave(container.place, container.name, f"its code is not in {self.root}; folder is a guess")
        elif lost:
            self.findings.guess(f"[services.{role}] folder: there is no {lost} in what {container.name} is built from")
        words = tuple(self._words(container, command, environment))
        port = port_of(container, built, environment, words)
        place = folder or self.root
        port = port or next((port for each in _programs(place, command) if (port := each.port())), None)
        if any(each.local_only for each in _programs(place, command)):
            self.findings.todo(
                f"[services.{role}] it seems to listen for its own machine alone: have it listen on 0.0.0.0, or on "
                "${address}"
            )
        return _Instances(
            container,
            self._names(role, container),
            words,
            str(place.resolve().relative_to(self.root)),
            port,
            {name: self._value(container, name, value, environment) for name, value in environment.items()},
        )

    def _names(self, role: Role, container: Container) -> tuple[str, ...]:
        if container.count > 1:
            count = min(container.count, _MOST)
            why = f"{count} instances are named {role}-1 to {role}-{count} here; the one name means none of them"
            self.findings.leave(container.place, f"{container.name}: its host name", why)
            return tuple(f"{role}-{index}" for index in range(1, count + 1))
        if _HOST_NAME.fullmatch(container.name):
            return (container.name,)
        self.findings.leave(container.place, f"{container.name}: its name", "it can't be a host name")
        return (re.sub(r"[^A-Za-z0-9-]+", "-", container.name).strip("-")[:63].strip("-") or role,)

    def _words(self, container: Container, command: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
        for before, word in zip(["", *command], command, strict=False):
            option, equals, value = word.partition("=")
            if equals and option.startswith("-"):
                yield f"{option}={self._value(container, option, value, environment)}"
            else:
                yield self._value(container, before, word, environment)

    def _value(self, container: Container, name: str, value: str, environment: Mapping[str, str]) -> str:
        """A text of a container as it is in a description: hosts of servers are references, others keep their names."""
        plain = without_braces(value, environment)
        if plain is None:
            self.findings.leave(container.place, f"{container.name}: {name or value}", "${ means something else here")
            plain = value.replace("${", "$ {")
        plain = self.addresses.replaced(plain, name)
        for role, others in self.by_role.items():
            for other in others:
                plain = self._named(container, plain, role, other)
        self._strangers(container, name, plain)
        return plain

    def _named(self, container: Container, text: str, role: Role, other: Container) -> str:
        """A text with the one name that another service has here."""
        host = f"${{{role}-1}}" if other.count > 1 else other.name
        for alias in (*other.aliases, *([other.name] if other.count > 1 else [])):
            replaced = re.sub(rf"(?<![\w.$-]){re.escape(alias)}(?=:\d)", lambda _: host, text)
            if replaced != text and other.count > 1:
                what = f"{container.name}: the host {alias}"
                why = f"there it is any of {other.count}, here {host} alone; hand over the list, if it takes one"
                self.findings.leave(container.place, what, why)
            text = replaced
        return text

    def _strangers(self, container: Container, name: str, text: str) -> None:
        for host in self.strangers:
            if re.search(rf"(^|[/,@\s=]){re.escape(host)}(?=[:/,\s]|$)", text):
                what = f"{container.name}: {name}"
                self.findings.leave(container.place, what, f"it names {host}, which the harness does not start")

    def _alike(self, role: Role, first: _Instances, other: _Instances) -> bool:
        """Whether the second is an instance of the same service as the first."""
        ports = [first.port or 0, other.port or 0]
        names = [first.names[0], other.names[0]]
        if first is other:
            return True
        if first.folder == other.folder and common([first.command, other.command], ports, names, lambda _: None):
            return True
        why = f"its code or its command is another one than that of {first.container.name}; {role} can have one"
        self.findings.leave(other.container.place, other.container.name, why)
        return False

    def _differs(self, role: Role, what: str) -> Callable[[str], None]:
        words = "differs between the instances in more than name, number and port; that of the first was taken"
        return lambda value: self.findings.todo(f"[services.{role}] {what}: {value!r} {words}")

    def _environment(
        self, role: Role, alike: Sequence[_Instances], ports: Sequence[int], names: Sequence[str]
    ) -> Iterator[tuple[str, str]]:
        for name, first in alike[0].environment.items():
            values = [each.environment.get(name, "") for each in alike for _ in each.names][: len(names)]
            found = same(values, ports, names)
            if found is None and all(re.fullmatch(r"(\w+://)?\$\{hazelcast-\d\}:\d+", value) for value in values):
                self.findings.leave(
                    alike[0].container.place, f"{role}: {name}", "each instance has a member of its own there; here all"
                )
                found = "${members}"
            if found is None:
                self._differs(role, f"environment.{name}")(first)
            yield name, first if found is None else found


def _programs(folder: Path, command: Sequence[str]) -> list[source.Program]:
    """The programs of a folder that a command names, or all that are in it."""
    found = source.programs(folder)
    named = [each for each in found if any(each.path.name in word or f"{each.path.stem}:" in word for word in command)]
    return named or [each for each in found if each.serves and each.path.parent == folder]


def _requirements(services: Mapping[Role, Service], root: Path) -> Iterator[str]:
    """The requirements files of services, or that of the whole folder."""
    found = {str(Path(each.folder, "requirements.txt")): None for each in services.values()}
    there = [name for name in found if (root / name).is_file()]
    yield from there or [name for name in ["requirements.txt"] if (root / name).is_file()]


def _queue(services: Mapping[Role, Service], containers: Sequence[Container]) -> Queue | None:
    """The topic that some variable names."""
    given = [*(each.environment for each in services.values()), *(each.environment for each in containers)]
    pairs = [pair for environment in given for pair in environment.items()]
    made = next(
        (found for name, value in pairs if name == "KAFKA_CREATE_TOPICS" and (found := _TOPIC.match(value))), None
    )
    topics = [value for name, value in pairs if name.endswith("TOPIC") and re.fullmatch(r"[\w.-]+", value)]
    group = next((value for name, value in pairs if re.search(r"GROUP(_?ID)?$", name) and value), None)
    if made and made[1] in (topics or [made[1]]) and 0 < int(made[2]) <= 64:
        return Queue(kind="kafka", name=made[1], group=group, partitions=int(made[2]))
    return Queue(kind="kafka", name=topics[0], group=group) if topics else None
