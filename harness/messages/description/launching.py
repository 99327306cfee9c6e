"""Somebody's services as node specs, and the servers that they need: what a description says, in the harness' words.

Pure. What only a backend knows, the addresses, stays a reference in the specs, which the backend resolves.

Containers, and local processes where the harness is root, have networks and host names of their own: there services may
all listen on the same port of 0.0.0.0, and call each other by name. Other local processes share the machine's network,
each with an address of its own on the loopback: there a service has to be told to listen on ${address}, one whose
instances have `names` is refused, and so are one whose code names the servers, one whose port somebody has, and a
system that speaks to 127.0.0.1 alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness import clusters
from harness.errors import BadInputError
from harness.messages.description.kinds import Kinds
from harness.messages.description.model import Description, HazelcastServers, KafkaServers, Role, Servers, Service
from harness.messages.description.names import PORT, host_and_port, instance_names
from harness.servers.hazelcast import spec as hz
from harness.servers.hazelcast.kind import hazelcast
from harness.servers.kafka import spec as kf
from harness.servers.kafka.kind import kafka
from harness.topology.nodes import HttpReady, LogReady, NodeSpec, PortReady, Ready
from harness.topology.timings import FAST

_REFERENCE = re.compile(r"\$\{([^}]*)\}")


def servers(
    description: Description, names: Mapping[str, Sequence[str]] | None = None
) -> tuple[clusters.Servers[Any], ...]:
    """The servers that a described system needs, and that the harness starts.

    Args:
        description: of the system.
        names: more host names of the servers, by the names of their kinds.
    """
    called = names or {}
    hazelcasts, kafkas = description.servers.hazelcast, description.servers.kafka
    found: list[clusters.Servers[Any]] = []
    if hazelcasts and not hazelcasts.running:
        more = (*_names(hazelcasts), *called.get("hazelcast", ()))
        found.append(hazelcast(hazelcasts.count, settings=hazelcasts.settings, cluster=hazelcasts.cluster, names=more))
    if kafkas and not kafkas.running:
        more = (*_names(kafkas), *called.get("kafka", ()))
        found.append(kafka(kafkas.count, settings=kafkas.settings, names=more))
    return tuple(found)


def without(description: Description, there: Sequence[clusters.Servers[Any]]) -> str:
    """What the services refer to of the file's servers that is not among these; empty if nothing."""
    present = {spec.name for each in there for spec in each.nodes(FAST)}
    absent = {spec.name for each in servers(description) for spec in each.nodes(FAST)} - present
    texts = [
        text for service in description.services.values() for text in (*service.command, *service.environment.values())
    ]
    named = (match for text in texts for match in _REFERENCE.finditer(text))
    return next((match[0] for match in named if match[1] in absent), "")


def specs(description: Description, kinds: Kinds, *, members: int, brokers: int) -> tuple[NodeSpec, ...]:
    """The node specs of a described system's services, beside so many Hazelcast members and Kafka brokers.

    Raises:
        BadInputError: names or ports are not as many as instances, two nodes have one name, or a reference names
            nothing.
    """
    instances = [each for role, service in description.services.items() for each in _instances(role, service)]
    hazelcasts = [f"hazelcast-{number}" for number in range(1, members + 1)]
    kafkas = [f"kafka-{number}" for number in range(1, brokers + 1)]
    names = [*hazelcasts, *kafkas, *(each.name for each in instances)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadInputError(f"services: two nodes are called {twice[0]!r}; give each instance a name of its own")
    lists = {
        "members": ",".join(f"${{{name}}}:{hz.PORT}" for name in hazelcasts),
        "brokers": ",".join(f"${{{name}}}:{kf.PORT}" for name in kafkas),
    }
    known = {**{name: f"${{{name}}}" for name in names}, **{name: text for name, text in lists.items() if text}}
    others = _other_ports(description.servers, hazelcasts, kafkas)
    made = [replace(each.spec(kinds, known), other_ports=others) for each in instances]
    if not description.localhost:
        return tuple(made)
    ports = _at_localhost(description.servers, hazelcasts, kafkas)
    ports |= {each.port: (each.name, each.port) for each in instances}
    return tuple(replace(spec, localhost=_but(spec.name, ports)) for spec in made)


def _other_ports(wanted: Servers, members: Sequence[str], brokers: Sequence[str]) -> dict[tuple[str, int], int]:
    """The port of each member or broker for which the services have another one, by its name and that port."""
    return {
        (name, port): own
        for servers, names, own in _servers(wanted, members, brokers)
        for (_, port), name in zip(map(host_and_port, servers.hosts), names, strict=False)
        if port != own
    }


def _names(servers: HazelcastServers | KafkaServers) -> Iterator[str]:
    """The host names that the services have for servers."""
    return (host for host, _ in map(host_and_port, servers.hosts))


def _at_localhost(wanted: Servers, members: Sequence[str], brokers: Sequence[str]) -> dict[int, tuple[str, int]]:
    """The member or broker at each port of 127.0.0.1, and its port; at those that are too many there is nobody."""
    return {
        port: (name, own)
        for servers, names, own in _servers(wanted, members, brokers)
        for port, name in zip(servers.localhost, names, strict=False)
    }


def _servers(
    wanted: Servers, members: Sequence[str], brokers: Sequence[str]
) -> Iterator[tuple[HazelcastServers | KafkaServers, Sequence[str], int]]:
    """What is said of each kind of servers, their names, and the port at which clients find them."""
    for said, names, port in ((wanted.hazelcast, members, hz.PORT), (wanted.kafka, brokers, kf.PORT)):
        if said:
            yield said, names, port


def _but(own: str, ports: Mapping[int, tuple[str, int]]) -> Mapping[int, tuple[str, int]]:
    """The ports of the others: what a node sends to its own stays where it is."""
    return {port: there for port, there in ports.items() if there[0] != own}


@dataclass(frozen=True)
class _Instance:
    """One instance of a service."""

    role: Role
    service: Service
    index: int
    name: str
    port: int

    def spec(self, kinds: Kinds, known: Mapping[str, str]) -> NodeSpec:
        """The node spec of the instance, with what it refers to by name."""
        itself = {"name": self.name, "index": str(self.index), "port": str(self.port), "address": f"${{{self.name}}}"}
        values = {**known, **itself}
        own = kinds.own[self.role][self.index - 1] if self.role in kinds.own else None
        kind = own.kind if own else kinds.checkout
        assert kind is not None
        command = tuple(self._text(word, "command", values) for word in self.service.command)
        environment = {
            variable: self._text(text, f"environment.{variable}", values)
            for variable, text in self.service.environment.items()
        }
        return NodeSpec(
            name=self.name,
            role=self.role,
            index=self.index,
            kind=kind,
            ports={PORT: self.port},
            ready=self._ready(),
            # The launcher of a checkout is told where to start the command; an image says that itself.
            arguments=command or own.arguments if own else (self.service.folder, *command),
            environment={**(own.environment if own else {}), **environment},
            stop_timeout_s=self.service.stop_timeout_s,
            ready_within_s=self.service.ready.within_s,
            by_name=bool(self.service.names),
            host_names=own.host_names if own else (),
            init=own is not None,
        )

    def _ready(self) -> Ready:
        ready = self.service.ready
        if ready.path is not None:
            return HttpReady(PORT, ready.path, status=ready.status)
        return PortReady(PORT) if ready.log is None else LogReady(PORT, ready.log)

    def _text(self, text: str, key: str, values: Mapping[str, str]) -> str:
        def value(match: re.Match[str]) -> str:
            if match[1] not in values:
                there = ", ".join(sorted(values))
                raise BadInputError(f"services.{self.role}.{key}: {match[0]} refers to nothing; there are: {there}")
            return values[match[1]]

        return _REFERENCE.sub(value, text)


def _instances(role: Role, service: Service) -> Iterator[_Instance]:
    """The instances of a service."""
    count, port = service.count, service.port
    ports = (port,) * count if isinstance(port, int) else port
    names = instance_names(role, count, service.names)
    for key, given in (("port", ports), ("names", names)):
        if len(given) != count:
            raise BadInputError(f"services.{role}.{key}: {len(given)} for {count} instances; give one for each")
    for index, (name, number) in enumerate(zip(names, ports, strict=True), start=1):
        yield _Instance(role, service, index, name, number)
