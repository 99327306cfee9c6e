"""Subnets that a deployment can have for itself, so that every node has a fixed address."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network

from harness.backends.host_networks import host_networks
from harness.backends.loopback import FIRST_HOST
from harness.errors import EnvironmentUnfitError

#: Addresses that neither an engine nor home routers give out by default, in order: a company's private network may
#: be all of 10.0.0.0/8 or of 172.16.0.0/12, and the last are for measurements in laboratories, routed nowhere.
POOLS = tuple(IPv4Network(pool) for pool in ("10.213.0.0/16", "172.16.0.0/16", "192.168.192.0/19", "198.18.0.0/15"))
_ATTEMPTS_EACH = 20


def candidates() -> Iterator[IPv4Network]:
    """Some subnets of each pool in random order, so that two runs that start together don't fight for the same ones.

    None overlaps with a network that this host is on.
    """
    taken = list(host_networks())
    for pool in POOLS:
        for subnet in random.sample(list(pool.subnets(new_prefix=24)), _ATTEMPTS_EACH):
            if not any(subnet.overlaps(other) for other in taken):
                yield subnet


@contextmanager
def leased_subnet() -> Iterator[IPv4Network]:
    """Holds a free subnet until left; the kernel gives it back if this process dies.

    The lease is a bound socket whose name is of this host's network, and no file: there is one for each name, whoever's
    process and temporary folder it is.

    Raises:
        EnvironmentUnfitError: none is free.
    """
    for subnet in candidates():
        with socket.socket(socket.AF_UNIX) as lease:
            try:
                lease.bind(f"\0harness-{subnet}")
            except OSError:
                continue
            yield subnet
            return
    raise EnvironmentUnfitError(
        f"no subnet of {', '.join(map(str, POOLS))} is free: this host is on networks that overlap with each"
    )


def address(subnet: IPv4Network, number: int) -> str:
    """The address of the deployment's nth node; compared as text, the first ones are in another order."""
    # What is no node, such as the gateway, has one below the first node's.
    return str(subnet[FIRST_HOST] + number)
