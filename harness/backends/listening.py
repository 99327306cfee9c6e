"""Where a node listens, as the kernel's tables of sockets have it: for who wonders why its port does not answer."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from pathlib import Path

import psutil

#: What prints the tables in a container.
TABLES = ("cat", "/proc/net/tcp", "/proc/net/tcp6")
_LISTENS = "0A"
_EVERY = ("0.0.0.0", "[::]")
_SOCKET = re.compile(r"socket:\[(\d+)\]")
#: Where an engine answers a container's questions for names.
_ENGINES_OWN = IPv4Network("127.0.0.11/32")


def of_processes(main: int) -> Sequence[str]:
    """The `address:port` of each socket at which a process or one that it has started listens."""
    listening: set[str] = set()
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(main)
        inodes = {inode for each in (process, *process.children(recursive=True)) for inode in _sockets(each.pid)}
        for table in ("tcp", "tcp6"):
            listening.update(in_tables(Path(f"/proc/{main}/net/{table}").read_text(), inodes))
    return sorted(listening)


def in_tables(text: str, inodes: Collection[str] | None = None) -> Sequence[str]:
    """The `address:port` of each socket that listens by the kernel's tables; of these inodes, if some are given."""
    rows = [row for line in text.splitlines() if len(row := line.split()) > 9 and row[3] == _LISTENS]
    return sorted({_place(row[1]) for row in rows if inodes is None or row[9] in inodes} - {""})


def unreached(listening: Sequence[str], address: str, port: int) -> str:
    """A sentence on why nobody reaches a port of a node that listens there; empty if it can be reached.

    Args:
        listening: where the node listens, each as `address:port`.
        address: of the node, as others have it.
        port: the number of the port.

    A node that was written for one machine is reached at 127.0.0.1, and that is its `address`.
    """
    if not listening:
        return "it listens nowhere"
    on_port = [place for place in listening if place.endswith(f":{port}")]
    if not on_port:
        return f"it listens on {', '.join(listening)}, and not on port {port}"
    if {f"{reached}:{port}" for reached in (address, *_EVERY)}.intersection(on_port):
        return ""
    one_machine = address == "127.0.0.1"
    return (
        f"it listens on {' and '.join(on_port)} alone, where no other node and no client reaches it: "
        f"have it listen on 0.0.0.0 or on {address if one_machine else 'its own address'}"
        + ", or say localhost = true of a system for one machine"
        * (f"127.0.0.1:{port}" in on_port)
    )


def _sockets(process: int) -> Iterable[str]:
    """The inodes of a process' sockets."""
    for link in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(OSError):
            if match := _SOCKET.match(str(link.readlink())):
                yield match[1]


def _place(local: str) -> str:
    """The address and port of a table's entry, in which each four bytes are the wrong way round."""
    digits, _, port = local.partition(":")
    data = b"".join(bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8))
    if len(data) == 4:
        return "" if IPv4Address(data) in _ENGINES_OWN else f"{IPv4Address(data)}:{int(port, 16)}"
    address = IPv6Address(data)
    shown = str(address.ipv4_mapped) if address.ipv4_mapped else f"[{address}]"
    return f"{shown}:{int(port, 16)}"
