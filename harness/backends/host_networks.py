"""The networks that this host is on: an address in one can be asked directly, and none of it is free for another."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network

import psutil


def host_networks() -> Iterator[IPv4Network]:
    """The subnet of each of this host's interfaces, the loopback's included."""
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family == socket.AF_INET and address.netmask:
                yield IPv4Network(f"{address.address}/{address.netmask}", strict=False)


def is_near(address: str) -> bool:
    """Whether the address is in one of those networks, so that a refused connection is the truth about it."""
    try:
        asked = IPv4Address(address)
    except AddressValueError:  # a name, or of the other family, as nodes may have that the harness did not start
        return False
    # First, as looking at every interface takes longer than the connection that is asked about.
    return asked.is_loopback or any(asked in network for network in host_networks())
