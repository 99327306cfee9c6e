"""Lists the TCP connections of the network in which it runs, or resets them at both ends; by the kernel's sock_diag.

Arguments: list or reset; the address of the node, whose connections with itself are left out; then a JSON object with
"ports" (of its own, or null for all), "spared" (addresses of others) and "elsewhere" (ports of 127.0.0.1 that are those
of others). What it lists is a list of JSON.
"""

import errno
import json
import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

#: States of Linux (include/net/tcp_states.h): of those whose ends can still send, and of those that are being closed.
_OPEN = {1, 3, 8}  # established, syn_recv, close_wait
_CLOSING = {4, 5, 9, 11}  # fin_wait1, fin_wait2, last_ack, closing
_SOCK_DIAG = 4  # linux/netlink.h
_BY_FAMILY, _DESTROY = 20, 21  # linux/sock_diag.h
_REQUEST, _ACK, _DUMP = 0x1, 0x4, 0x300
_ERROR, _DONE = 2, 3
_HEADER = struct.Struct("=IHHII")
#: A socket in linux/inet_diag.h: ports, addresses, interface, and a cookie that no other socket has.
_SOCKET = struct.Struct(">HH16s16s12s")


class Connection(NamedTuple):
    """One connection as this end has it; its socket as the kernel names it."""

    family: int
    state: int
    socket: bytes

    @property
    def port(self) -> int:
        """The port of this end."""
        return int(_SOCKET.unpack(self.socket)[0])

    @property
    def peer(self) -> str:
        """The address of the other end; IPv4 if it is that within IPv6."""
        packed = _SOCKET.unpack(self.socket)[3]
        address = ip_address(packed[:4] if self.family == socket.AF_INET else packed)
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return str(mapped or address)

    @property
    def peer_port(self) -> int:
        """The port of the other end."""
        return int(_SOCKET.unpack(self.socket)[1])

    @property
    def words(self) -> str:
        """The connection in words that no other one has."""
        cookie = int.from_bytes(self.socket[-8:], sys.byteorder)
        return f"port {self.port} with {self.peer}:{self.peer_port} (socket {cookie})"


def connections() -> Iterator[Connection]:
    """All connections, also those that are being closed."""
    states = sum(1 << state for state in _OPEN | _CLOSING)
    for family in (socket.AF_INET, socket.AF_INET6):
        asked = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, states) + bytes(_SOCKET.size)
        for body in _answers(_BY_FAMILY, _REQUEST | _DUMP, asked):
            yield Connection(family, body[1], body[4 : 4 + _SOCKET.size])


def reset(connection: Connection) -> None:
    """Resets a connection: neither end can send or read any more. One that has ended meanwhile is none.

    Raises:
        OSError: the kernel can't do it, or it may not be asked.
    """
    asked = struct.pack("=BBBBI", connection.family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + connection.socket
    try:
        list(_answers(_DESTROY, _REQUEST | _ACK, asked))
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise OSError(error.errno, "the kernel can't reset connections: CONFIG_INET_DIAG_DESTROY") from error


def _answers(kind: int, flags: int, asked: bytes) -> Iterator[bytes]:
    """What the kernel answers.

    Raises:
        OSError: that it does not do it.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.bind((0, 0))
        kernel.send(_HEADER.pack(_HEADER.size + len(asked), kind, flags, 1, 0) + asked)
        while True:
            part = kernel.recv(1 << 20)
            while part:
                length, answer, *_ = _HEADER.unpack_from(part)
                body, part = part[_HEADER.size : length], part[(length + 3) & ~3 :]
                if answer == _ERROR and (status := struct.unpack_from("=i", body)[0]):
                    raise OSError(-status, "the kernel does not do it")
                if answer in (_ERROR, _DONE):
                    return
                yield body


def main(verb: str, own: str, which: str) -> None:
    """Lists or resets the connections that are asked for."""
    wanted = json.loads(which)
    matching = [
        connection
        for connection in connections()
        if (wanted["ports"] is None or connection.port in wanted["ports"])
        and (not ip_address(connection.peer).is_loopback or connection.peer_port in wanted["elsewhere"])
        and connection.peer not in (own, *wanted["spared"])
    ]
    if verb == "list":
        sys.stdout.write(json.dumps(sorted(connection.words for connection in matching if connection.state in _OPEN)))
    else:
        for connection in matching:
            reset(connection)


if __name__ == "__main__":
    main(*sys.argv[1:])
