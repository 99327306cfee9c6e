"""What the nodes of a described system are called."""

from __future__ import annotations

from collections.abc import Sequence

from harness.messages.description.model import Servers

#: The name of a service's port.
PORT = "http"


def instance_names(role: str, count: int, names: Sequence[str]) -> Sequence[str]:
    """The names of a service's instances: its own, or the role's, with -1, -2 and so on if there are several.

    Args:
        role: of the service.
        count: how many instances it has.
        names: its own, if it has any.
    """
    if names or count == 1:
        return names or (role,)
    return [f"{role}-{index}" for index in range(1, count + 1)]


def host_and_port(address: str) -> tuple[str, int]:
    """The two parts of an address such as kafka1:9092."""
    host, _, port = address.partition(":")
    return host, int(port)


def server_names(servers: Servers) -> Sequence[str]:
    """The names of the members and brokers."""
    said = {"hazelcast": servers.hazelcast, "kafka": servers.kafka}
    counts = {kind: len(each.running.at) if each.running else each.count for kind, each in said.items() if each}
    return [f"{kind}-{index}" for kind, count in counts.items() for index in range(1, count + 1)]
