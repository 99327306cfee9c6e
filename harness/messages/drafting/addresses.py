"""Replaces the hosts of somebody's servers, in arguments and variables, with references to those of the harness."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.messages.drafting.roles import Kind
from harness.servers.hazelcast import spec as hazelcast
from harness.servers.kafka import spec as kafka

_PORTS: Mapping[Kind, int] = {"hazelcast": hazelcast.PORT, "kafka": kafka.PORT}
#: What a variable is called that has the port of a server.
_PORT_OF: Mapping[Kind, str] = {"hazelcast": r"(HAZELCAST|HZ).*PORT", "kafka": r"KAFKA.*PORT"}
_LISTS: Mapping[Kind, str] = {"hazelcast": "${members}", "kafka": "${brokers}"}
#: What a variable or an option is called that names a host.
_HOST = re.compile(r"HOST|SERVER|ADDR|BROKER|BOOTSTRAP|MEMBER|URL|NODE|^-*(KAFKA|HAZELCAST|HZ)$", re.IGNORECASE)
_SHELL = re.compile(r"\$\{(\w*)(?:(:?-)([^{}]*))?\}(?=(\w)?)|\$\{")


@dataclass(frozen=True)
class Addresses:
    """Where servers are found in a compose file.

    Attributes:
        hosts: by each of its names, the kind of a server and its number, from 1 on.
        cluster: the name of the Hazelcast cluster there.
    """

    hosts: Mapping[str, tuple[Kind, int]]
    cluster: str | None = None

    def replaced(self, text: str, name: str) -> str:
        """A text with references in place of hosts.

        Args:
            text: an argument, or the value of a variable.
            name: of the variable, or of the option before the argument.
        """
        if self._is_cluster(text, name):
            return hazelcast.CLUSTER_NAME
        if own := _port(text, name):
            return own
        if not self.hosts:
            return text
        host = "|".join(re.escape(each) for each in sorted(self.hosts, key=len, reverse=True))
        whole = re.fullmatch(rf"(\w+://)?((?:{host})(?::\d+)?(?:\s*,\s*(?:\w+://)?(?:{host})(?::\d+)?)*)", text)
        if whole and (":" in whole[2] or _HOST.search(name)):
            return (whole[1] or "") + self._list(re.split(r"\s*,\s*", whole[2]))
        return re.sub(rf"(?<![\w.-])({host}):\d+(?![\w.-])", lambda found: self._one(found[0]), text)

    def _is_cluster(self, text: str, name: str) -> bool:
        return self.cluster is not None and text == self.cluster and "CLUSTER" in name.upper()

    def _list(self, addresses: Sequence[str]) -> str:
        bare = [address.rpartition("://")[2] for address in addresses]
        found = [self.hosts[address.partition(":")[0]] for address in bare]
        kinds = {kind for kind, _ in found}
        if len(kinds) == 1 and all(":" in address for address in bare):
            (kind,) = kinds
            if set(found) == {each for each in self.hosts.values() if each[0] == kind}:
                return _LISTS[kind]
        return ",".join(map(self._one, bare))

    def _one(self, address: str) -> str:
        host, colon, _ = address.partition(":")
        kind, number = self.hosts[host]
        return f"${{{kind}-{number}}}{f':{_PORTS[kind]}' if colon else ''}"


def with_ports(text: str, name: str, hosts: Mapping[str, Kind]) -> str:
    """A text in which servers keep their host names, and have the ports of the harness' ones.

    Args:
        text: an argument, or the value of a variable.
        name: of the variable, or of the option before the argument.
        hosts: the kinds of servers by their host names.
    """
    if own := _port(text, name):
        return own
    for host, kind in hosts.items():
        text = re.sub(rf"(?<![\w.-]){re.escape(host)}:\d+(?![\w.-])", f"{host}:{_PORTS[kind]}", text)
    return text


def _port(text: str, name: str) -> str | None:
    """The port of a server of the harness in place of that which a variable has, if its name says that it is one."""
    for kind, pattern in _PORT_OF.items():
        if re.search(pattern, name, re.IGNORECASE) and text.isdecimal():
            return str(_PORTS[kind])
    return None


def without_braces(text: str, values: Mapping[str, str]) -> str | None:
    """A text for a shell without `${NAME}`, which is a reference in a description; None if it can't be written so.

    Args:
        text: the text.
        values: of the variables that the shell has.
    """
    impossible = False

    def value(found: re.Match[str]) -> str:
        nonlocal impossible
        if found[1] and found[2]:
            return values.get(found[1]) or found[3]
        if found[1] and not found[4]:
            return f"${found[1]}"
        if found[1] in values:
            return values[found[1]]
        impossible = True
        return ""

    replaced = _SHELL.sub(value, text)
    return None if impossible or "${" in replaced else replaced
