"""The network of a deployment: its own subnet, so that every node can have a fixed address."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

import docker
from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool

from harness.backends.confining import gateway
from harness.backends.engine import cause, complaining
from harness.backends.subnets import POOLS, candidates
from harness.errors import EnvironmentUnfitError

#: Docker and Podman say it differently.
_TAKEN = re.compile(r"overlap|already used on the host", re.IGNORECASE)


def create_network(
    client: docker.DockerClient, name: str, labels: Mapping[str, str], *, internal: bool = False
) -> tuple[str, IPv4Network]:
    """Creates a bridge network on a free subnet, and returns its id and subnet; an internal one has no way out.

    The engine accepts addresses for containers only on a subnet that was named when the network was made, and gives a
    restarted container another address otherwise.

    Raises:
        EnvironmentUnfitError: no free subnet, or the engine refuses.
    """
    refused = "this host is on networks that overlap with each"
    for subnet in candidates():
        ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet), gateway=gateway(subnet))])
        try:
            made = client.api.create_network(name, driver="bridge", ipam=ipam, labels=dict(labels), internal=internal)
            return str(made["Id"]), subnet
        except APIError as error:
            refused = cause(error)
            if not means_taken(refused):
                break
    pools = ", ".join(map(str, POOLS))
    raise EnvironmentUnfitError(
        f"no network for {name} could be made in any of {pools} ({refused}): docker network prune removes unused ones"
    )


def create_overlay(
    manager: docker.DockerClient, clients: Iterable[docker.DockerClient], name: str, labels: Mapping[str, str]
) -> tuple[str, IPv4Network]:
    """Creates a network that containers of all engines of a swarm can be in, and returns its id and subnet.

    Args:
        manager: an engine that manages the swarm.
        clients: all of them. A subnet that one has elsewhere would only be refused to containers, by silence.
        name: of the network.
        labels: of the network.

    Raises:
        EnvironmentUnfitError: no free subnet, or the engine refuses.
    """
    taken = [subnet for client in clients for subnet in _subnets(client)]
    for subnet in candidates():
        if any(subnet.overlaps(other) for other in taken):
            continue
        # In each engine that has a container in it the network itself takes an address, and another whenever the first
        # container comes anew: one of the upper half, so that it is no node's.
        pool = IPAMPool(subnet=str(subnet), iprange=str(list(subnet.subnets())[1]), gateway=gateway(subnet))
        with complaining(f"make the network {name}"):
            ipam = IPAMConfig(pool_configs=[pool])
            made = manager.api.create_network(name, driver="overlay", ipam=ipam, labels=dict(labels), attachable=True)
        return str(made["Id"]), subnet
    raise EnvironmentUnfitError(
        f"no network for {name} can be made in any of {', '.join(map(str, POOLS))}: the engines' machines are on "
        "networks that overlap with each (docker network prune removes unused ones)"
    )


def _subnets(client: docker.DockerClient) -> Iterator[IPv4Network]:
    with complaining("list networks"):
        listed = client.api.networks()
    for network in listed:
        for pool in network["IPAM"]["Config"] or ():
            with contextlib.suppress(ValueError):
                yield IPv4Network(pool["Subnet"], strict=False)


def means_taken(refusal: str) -> bool:
    """Whether an engine that refused a subnet did so only because another network has it."""
    return bool(_TAKEN.search(refusal))
