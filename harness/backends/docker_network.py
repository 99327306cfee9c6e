"""The network of a deployment: its own subnet, so that every node can have a fixed address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network

import docker
from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool

from harness.backends.confining import gateway
from harness.backends.engine import cause
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


def means_taken(refusal: str) -> bool:
    """Whether an engine that refused a subnet did so only because another network has it."""
    return bool(_TAKEN.search(refusal))
