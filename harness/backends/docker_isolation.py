"""Cuts a container's network, and asks whether packets pass between it and its peers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import docker

from harness.backends.docker_site import Site
from harness.backends.engine import complaining
from harness.backends.session import LABEL_NODE
from harness.errors import EnvironmentUnfitError
from harness.topology.nodes import NodeSpec

_TIMEOUT_S = 0.5
#: The exit status that says it, so that nothing else that goes wrong is taken for silence.
_SILENT = 77
_CONNECT = f"""
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout={_TIMEOUT_S})
except TimeoutError:
    sys.exit({_SILENT})
except ConnectionRefusedError:
    pass  # It was asked, and said no.
"""


def drop_packets(client: docker.DockerClient, container: str, name: str, addresses: Iterable[str]) -> None:
    """Filters all packets from and to these addresses, in the container's own network namespace."""
    rules = [f"iptables -A {rule} {address} -j DROP" for address in addresses for rule in ("INPUT -s", "OUTPUT -d")]
    _run(client, container, name, ["sh", "-ec", "\n".join(rules)])


def let_packets_through(client: docker.DockerClient, container: str, name: str) -> None:
    """Removes the filters of `drop_packets`."""
    _run(client, container, name, ["iptables", "-F"])


def links(site: Site, spec: NodeSpec, container: str) -> dict[str, bool]:
    """Whether a packet comes back, for each direction between a node and its peers, by words.

    Its peers are the nodes of its role that run and are not isolated themselves.

    Raises:
        EnvironmentUnfitError: it can't be told of one.
    """
    me = _End(spec.name, container)
    asked = [pair for peer in _peers(site, spec) for pair in ((me, peer), (peer, me))]
    if not asked:
        return {}
    port = next(iter(spec.ports.values()))
    with ThreadPoolExecutor(len(asked)) as pool:
        passes = list(pool.map(lambda pair: _passes(site, pair[0], pair[1], port), asked))
    return {f"{one.name} to {other.name}": passed for (one, other), passed in zip(asked, passes, strict=True)}


@dataclass(frozen=True)
class _End:
    name: str
    container: str


def _peers(site: Site, spec: NodeSpec) -> list[_End]:
    with complaining(f"list the peers of {spec.name}"):
        found = site.client.api.containers(filters={**site.filters(), "status": "running"})
    ends = sorted((_End(one["Labels"][LABEL_NODE], one["Id"]) for one in found), key=lambda end: end.name)
    return [
        end
        for end in ends
        if end.name != spec.name and end.name.rpartition("-")[0] == spec.role and end.name not in site.isolated
    ]


def _passes(site: Site, one: _End, other: _End, port: int) -> bool:
    command = ["python3", "-c", _CONNECT, site.addresses[other.name], str(port)]
    status, output = _exit_status(site.client, one.container, one.name, command)
    if status not in (0, _SILENT):
        raise EnvironmentUnfitError(
            f"whether {one.name} reaches {other.name} can't be told: python3 ended with status {status} in "
            f"{one.name} ({output.strip()[-300:]}); the image needs it, and iptables, to be isolated"
        )
    return status == 0


def _run(client: docker.DockerClient, container: str, name: str, command: Sequence[str]) -> None:
    status, output = _exit_status(client, container, name, command)
    if status:
        raise EnvironmentUnfitError(f"{command[0]} failed in {name}: {output.strip()[-300:]}")


def _exit_status(client: docker.DockerClient, container: str, name: str, command: Sequence[str]) -> tuple[int, str]:
    with complaining(f"run {command[0]} in {name}"):
        made = client.api.exec_create(container, list(command), user="root")
        output = client.api.exec_start(made["Id"]).decode(errors="replace")
        return int(client.api.exec_inspect(made["Id"])["ExitCode"]), output
