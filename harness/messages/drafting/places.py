"""Finds in the texts of programs, and of files with settings, the addresses at which they say that others are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.messages.description.model import Role
from harness.messages.drafting.roles import Kind, role_of
from harness.servers.kafka import spec as kafka

#: How a program says that it is on the machine of the others.
LOCAL = ("127.0.0.1", "localhost")
#: Where clients look for members that are told no address.
MEMBER = 5701
_MOST = 9
_ADDRESS = r"[\"'`]?(?:\w+://)?[\w.-]+:\d{2,5}\b[\w/.-]*[\"'`]?"
#: A name, and the address or the list of addresses that it stands for.
_LIST = rf"{_ADDRESS}(?:(?:\s*,\s*|[ \t]+){_ADDRESS})*"
_NAMED = re.compile(rf"(?P<name>[\w.-]+)[\"']?\s*(?::[^=\n]{{0,40}})?[=:]\s*[\[({{]?\s*(?P<list>{_LIST})")
_ONE = re.compile(r"(?:\w+://)?([\w.-]+):(\d{2,5})")
#: By what stands for them, or by the port.
_SERVERS: Mapping[Kind, tuple[re.Pattern[str], range]] = {
    "kafka": (re.compile(r"kafka|bootstrap|broker", re.IGNORECASE), range(kafka.PORT, kafka.PORT + 8)),
    "hazelcast": (re.compile(r"hazelcast|(^|_)hz(_|$)|(^|_)members?$", re.IGNORECASE), range(MEMBER, MEMBER + 9)),
}


@dataclass(frozen=True)
class Address:
    """Where somebody is, as a program has it."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Places:
    """Where programs say that others are.

    Attributes:
        servers: the addresses of each kind of servers.
        services: the addresses of the instances of each service.
    """

    servers: Mapping[Kind, Sequence[Address]]
    services: Mapping[Role, Sequence[Address]]


def places(texts: Iterable[str], hosts: Collection[str]) -> Places:
    """The addresses in these texts whose hosts are among those; of several lists of one thing, the longest."""
    servers: dict[Kind, Sequence[Address]] = {}
    services: dict[Role, Sequence[Address]] = {}
    for name, addresses in _lists(texts, hosts):
        if kind := _kind(name, addresses):
            servers[kind] = max(servers.get(kind, ()), addresses, key=len)
        elif role := role_of(name):
            services[role] = max(services.get(role, ()), addresses, key=len)
    return Places(servers, services)


def _lists(texts: Iterable[str], hosts: Collection[str]) -> Iterator[tuple[str, Sequence[Address]]]:
    for text in texts:
        for found in _NAMED.finditer(text):
            pairs = dict.fromkeys(_ONE.findall(found["list"]))
            addresses = [Address(host, int(port)) for host, port in pairs if host in hosts and 0 < int(port) < 65536]
            if addresses:
                yield found["name"], addresses[:_MOST]


def _kind(name: str, addresses: Sequence[Address]) -> Kind | None:
    named = (kind for kind, (words, _) in _SERVERS.items() if words.search(name))
    listening = (kind for kind, (_, ports) in _SERVERS.items() if not role_of(name) and addresses[0].port in ports)
    return next(named, None) or next(listening, None)
