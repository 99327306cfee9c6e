"""The network of a deployment: its own subnet, so that every node can have a fixed address."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

import docker
from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool

from harness.backends.engine import cause
from harness.backends.host_networks import host_networks
from harness.backends.loopback import FIRST_HOST
from harness.errors import EnvironmentUnfitError

#: Private addresses that neither the engine nor home routers give out by default.
_POOL = IPv4Network("10.213.0.0/16")
_ATTEMPTS = 40


def create_network(client: docker.DockerClient, name: str, labels: Mapping[str, str]) -> tuple[str, IPv4Network]:
    """Creates a bridge network on a free subnet, and returns its id and subnet.

    The engine accepts addresses for containers only on a subnet that was named when the network was made, and gives a
    restarted container another address otherwise.

    Raises:
        EnvironmentUnfitError: no free subnet, or the engine refuses.
    """
    refused = "all are in use on this host"
    for subnet in _candidates():
        ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet))])
        try:
            made = client.api.create_network(name, driver="bridge", ipam=ipam, labels=dict(labels))
            return str(made["Id"]), subnet
        except APIError as error:
            refused = cause(error)
            if "overlap" not in refused.lower():
                break
    raise EnvironmentUnfitError(f"no network for {name} could be made in {_POOL}: {refused}")


def address(subnet: IPv4Network, number: int) -> str:
    """The address of the deployment's nth node; the first ones' order as text is another than as numbers."""
    return str(subnet[FIRST_HOST + number])


def _candidates() -> Iterator[IPv4Network]:
    """Some subnets in random order, so that two runs that start together do not fight for the same ones."""
    taken = list(host_networks())
    for subnet in random.sample(list(_POOL.subnets(new_prefix=24)), _ATTEMPTS):
        if not any(subnet.overlaps(other) for other in taken):
            yield subnet
