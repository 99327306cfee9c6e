"""A block of loopback addresses for each deployment, so that "lowest IP" means something and two runs can't meet.

Linux only: there all of 127.0.0.0/8 is local without being configured.
"""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from harness.errors import EnvironmentUnfitError

_SECOND_OCTET = 77
_BLOCKS = range(1, 250)
#: The first node's last octet: the first members get .9, .10, .11, whose order as text is another than as numbers.
FIRST_HOST = 9
#: Where the socket is bound that is the lease of a block: at an address that no node gets.
_LEASE = (254, 7777)


@contextmanager
def leased_block() -> Iterator[str]:
    """Holds a free block such as "127.77.4" until left; the kernel gives it back if this process dies.

    The lease is a bound socket: there is one for each address and port, whoever's process and temporary folder it is.

    Raises:
        EnvironmentUnfitError: not Linux, or all blocks are taken.
    """
    if sys.platform != "linux":
        raise EnvironmentUnfitError(
            "--backend process needs Linux, where every 127.x.y.z address is local; use --backend docker here"
        )
    host, port = _LEASE
    for third in random.sample(_BLOCKS, len(_BLOCKS)):
        block = f"127.{_SECOND_OCTET}.{third}"
        with socket.socket() as lease:
            try:
                lease.bind((f"{block}.{host}", port))
            except OSError:
                continue
            yield block
            return
    raise EnvironmentUnfitError(
        f"all {len(_BLOCKS)} loopback blocks are leased (by whoever has port {port} of 127.{_SECOND_OCTET}.x.{host}): "
        "end some of those runs, or use --backend docker"
    )


def assert_free(node: str, address: str, port: int) -> None:
    """Checks that nobody listens where `node` is about to.

    Raises:
        EnvironmentUnfitError: naming the node, the port and, where it can be told, who has it.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise EnvironmentUnfitError(
                f"{node} needs port {port} on {address}, which is taken by {_holder(address, port)}: "
                f"stop that, or use --backend docker ({error.strerror})"
            ) from error


def _holder(address: str, port: int) -> str:
    for connection in psutil.net_connections("tcp"):
        if connection.status != psutil.CONN_LISTEN or not connection.laddr:
            continue
        if connection.laddr.port == port and connection.laddr.ip in {address, "0.0.0.0", "::"}:
            if connection.pid is None:
                return "another user's process"
            return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
    return "another process"
