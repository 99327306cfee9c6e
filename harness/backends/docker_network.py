"""The network of a deployment: its own subnet, so that every node can have a fixed address."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network

import docker
from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool

from harness.backends.engine import cause
from harness.backends.host_networks import host_networks
from harness.backends.loopback import FIRST_HOST
from harness.errors import EnvironmentUnfitError

#: Addresses that neither the engine nor home routers give out by default, in order: a company's private network may
#: be all of 10.0.0.0/8 or of 172.16.0.0/12, and the last are for measurements in laboratories, routed nowhere.
_POOLS = tuple(IPv4Network(pool) for pool in ("10.213.0.0/16", "172.16.0.0/16", "192.168.192.0/19", "198.18.0.0/15"))
_ATTEMPTS_EACH = 20
#: Docker and Podman say it differently.
_TAKEN = re.compile(r"overlap|already used on the host", re.IGNORECASE)


def create_network(client: docker.DockerClient, name: str, labels: Mapping[str, str]) -> tuple[str, IPv4Network]:
    """Creates a bridge network on a free subnet, and returns its id and subnet.

    The engine accepts addresses for containers only on a subnet that was named when the network was made, and gives a
    restarted container another address otherwise.

    Raises:
        EnvironmentUnfitError: no free subnet, or the engine refuses.
    """
    refused = "this host is on networks that overlap with each"
    for subnet in _candidates():
        ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet))])
        try:
            made = client.api.create_network(name, driver="bridge", ipam=ipam, labels=dict(labels))
            return str(made["Id"]), subnet
        except APIError as error:
            refused = cause(error)
            if not means_taken(refused):
                break
    pools = ", ".join(map(str, _POOLS))
    raise EnvironmentUnfitError(
        f"no network for {name} could be made in any of {pools} ({refused}): docker network prune removes unused ones"
    )


def means_taken(refusal: str) -> bool:
    """Whether an engine that refused a subnet did so only because another network has it."""
    return bool(_TAKEN.search(refusal))


def address(subnet: IPv4Network, number: int) -> str:
    """The address of the deployment's nth node; compared as text, the first ones are in another order."""
    return str(_first_address(subnet) + number)


def _first_address(subnet: IPv4Network) -> IPv4Address:
    """The address of the deployment's first node; what is no node, such as the gateway, has one below it."""
    return subnet[FIRST_HOST]


def _candidates() -> Iterator[IPv4Network]:
    """Some subnets of each pool in random order, so that two runs that start together don't fight for the same ones."""
    taken = list(host_networks())
    for pool in _POOLS:
        for subnet in random.sample(list(pool.subnets(new_prefix=24)), _ATTEMPTS_EACH):
            if not any(subnet.overlaps(other) for other in taken):
                yield subnet
