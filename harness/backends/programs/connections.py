"""Lists the TCP connections of the network in which it runs, or resets them at both ends.

Arguments: list or reset; the address of the node, whose connections with itself are left out; then a JSON object with
"ports" (of its own, or null for all) and "spared" (addresses of others). It prints what it found as a list of JSON.
"""

import errno
import json
import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

#: States of Linux (include/net/tcp_states.h): that of two ends that can still send, and of one that has a word to say.
_OPEN = {1, 3, 8}  # established, syn_recv, close_wait
_CLOSING = {4, 5, 9, 11}  # fin_wait1, fin_wait2, last_ack, closing
_SOCK_DIAG, _SOCK_DESTROY = 4, 21  # linux/netlink.h, linux/sock_diag.h
_REQUEST, _ACK = 1, 4


class Connection(NamedTuple):
    """One connection as this end has it: its family, and its addresses as the kernel has them."""

    family: int
    state: int
    local: bytes
    port: int
    remote: bytes
    remote_port: int

    @property
    def peer(self) -> str:
        """The address of the other end; IPv4 if it is that within IPv6."""
        address = ip_address(self.remote)
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return str(mapped or address)

    @property
    def words(self) -> str:
        """The connection in words that no other one has."""
        return f"port {self.port} with {self.peer}:{self.remote_port}"


def connections() -> Iterator[Connection]:
    """All connections, also those that are being closed."""
    for family, path in ((socket.AF_INET, "/proc/net/tcp"), (socket.AF_INET6, "/proc/net/tcp6")):
        with open(path) as table:
            for line in list(table)[1:]:
                _, local, remote, state, *_ = line.split()
                yield Connection(family, int(state, 16), *_end(local), *_end(remote))


def _end(text: str) -> tuple[bytes, int]:
    """An address and a port; the kernel shows an address in words of four bytes, each as a number of this machine."""
    address, _, port = text.partition(":")
    words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
    return b"".join(struct.pack("=I", word) for word in words), int(port, 16)


def reset(one: Connection) -> None:
    """Resets a connection: neither end can send or read any more. One that has ended meanwhile is none.

    Raises:
        OSError: the kernel can't do it, or it may not be asked.
    """
    ends = struct.pack(">HH16s16s", one.port, one.remote_port, one.local, one.remote)
    # Of any interface, whatever its cookie.
    asked = struct.pack("=BBBBI", one.family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + ends + bytes(4) + b"\xff" * 8
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.bind((0, 0))
        kernel.send(struct.pack("=IHHII", 16 + len(asked), _SOCK_DESTROY, _REQUEST | _ACK, 1, 0) + asked)
        (status,) = struct.unpack("=i", kernel.recv(4096)[16:20])
    if status not in (0, -errno.ENOENT):
        raise OSError(-status, "the kernel does not reset connections (it needs CONFIG_INET_DIAG_DESTROY)")


def main(verb: str, own: str, which: str) -> None:
    """Lists or resets the connections that are asked for."""
    wanted = json.loads(which)
    found = [
        one
        for one in connections()
        if one.state in _OPEN | _CLOSING
        and (wanted["ports"] is None or one.port in wanted["ports"])
        and not ip_address(one.peer).is_loopback
        and one.peer not in (own, *wanted["spared"])
    ]
    for one in found if verb == "reset" else ():
        reset(one)
    sys.stdout.write(json.dumps(sorted(one.words for one in found if one.state in _OPEN)))


if __name__ == "__main__":
    main(*sys.argv[1:])
