"""Makes services that find each other at 127.0.0.1 ones that the harness can tell apart: each has a port of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import msgspec

from harness.messages.description.model import HazelcastServers, KafkaServers, Role, Servers, Service
from harness.messages.drafting.findings import Findings
from harness.messages.drafting.parts import Parts
from harness.messages.drafting.places import MEMBER, Address, Places
from harness.servers.kafka import spec as kafka

_Some = TypeVar("_Some", HazelcastServers, KafkaServers)


def at_ports(parts: Parts, found: Places, findings: Findings) -> Parts:
    """The system as one for one machine.

    Args:
        parts: the system.
        found: where its programs say that others are.
        findings: is told which ports are guesses.
    """
    taken: set[int] = set()
    servers = Servers(
        hazelcast=_at(parts.servers.hazelcast, found.servers.get("hazelcast", ()), MEMBER, taken),
        kafka=_at(parts.servers.kafka, found.servers.get("kafka", ()), kafka.PORT, taken),
    )
    if servers.kafka and "kafka" not in found.servers:
        findings.guess(
            "[servers.kafka] localhost: nothing says where clients find the brokers; these ports are guesses"
        )
    services = {
        role: _service(role, each, found.services.get(role, ()), taken, findings)
        for role, each in sorted(parts.services.items(), key=lambda one: one[1].count)
    }
    return replace(parts, services={role: services[role] for role in parts.services}, servers=servers, localhost=True)


def _at(servers: _Some | None, found: Sequence[Address], first: int, taken: set[int]) -> _Some | None:
    """Servers with the ports at which clients find them."""
    if servers is None:
        return None
    ports = _filled([each.port for each in found] or [first], servers.count, taken)
    return msgspec.structs.replace(servers, count=len(ports), localhost=tuple(ports))


def _service(role: Role, service: Service, found: Sequence[Address], taken: set[int], findings: Findings) -> Service:
    """A service whose instances have the ports at which the others find them."""
    own = service.port if isinstance(service.port, int) else service.port[0]
    known = [each.port for each in found] or [own]
    if len(known) == 1 and service.count == 1:
        taken.add(known[0])
        return msgspec.structs.replace(service, port=known[0])
    ports = _filled(known, service.count, taken)
    if len(known) == 1:
        findings.guess(f"[services.{role}] port: nothing says where each instance listens; these are guesses")
    return msgspec.structs.replace(service, count=len(ports), port=tuple(ports))


def _filled(known: Sequence[int], least: int, taken: set[int]) -> list[int]:
    """Ports that are known, and after these others up to a number, none of which anybody has."""
    ports = [port for port in known if port not in taken]
    port = known[-1]
    while len(ports) < max(least if len(known) == 1 else len(known), 1):
        port = port + 1 if port < 65535 else 1024
        if port not in taken and port not in ports:
            ports.append(port)
    taken.update(ports)
    return ports
