"""A proxy between the ports of a node and its clients, in the node's network: what passes is late, or is held.

New connections are led to it (REDIRECT of iptables), and the kernel says where they were going. Argument: the name of
a socket, which is of that network and no file, where each line is an order. It begins in the background.

An order is a JSON object of what is in force, by the names of faults: {"requests_s", "answers_s"} or {"seconds", "key",
"nth"}, as in `harness/backends/passing.py`; what it says no more is in force no longer. The answer has the port at
which the proxy listens and, of each that holds, how many frames it has held and released. An empty line ends the proxy,
and with it all that it has connected.
"""

import asyncio
import contextlib
import json
import os
import socket
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SO_ORIGINAL_DST = 80  # linux/netfilter_ipv4.h
_CHUNK = 64 * 1024
#: Chunks that wait to be passed on in one direction of a connection; then no more is read.
_WAITING = 1000
#: A frame that says that it is longer is none: what is sent there is another protocol.
_LONGEST_FRAME = 100 * 1024 * 1024


@dataclass
class Hold:
    """Which frame is held, and what became of it."""

    seconds: float
    key: int | None
    nth: int
    seen: int = 0
    held: int = 0
    released: int = 0

    def takes(self, frame: bytes) -> bool:
        """Whether this frame is the one, of all that it was asked about."""
        if self.key is not None and frame[4:6] != struct.pack(">H", self.key):
            return False
        self.seen += 1
        if self.seen != self.nth:
            return False
        self.held += 1
        return True


@dataclass
class Part:
    """A part of what passes, or, if it is empty, the end of it.

    Attributes:
        content: the bytes.
        due_s: when it is passed on, by the loop's clock.
        hold: what holds it, if anything does.
        broken: whether the end is a reset.
    """

    content: bytes
    due_s: float
    hold: Hold | None = None
    broken: bool = False


class Proxy:
    """All that passes between a node and its clients."""

    def __init__(self) -> None:
        self._late: dict[str, tuple[float, float]] = {}
        self._holds: dict[str, Hold] = {}
        self._connected: set[asyncio.StreamWriter] = set()
        self._ended = asyncio.Event()

    async def serve(self, listening: socket.socket, orders: socket.socket) -> None:
        """Passes on what comes, until it is told to end."""
        self._port = listening.getsockname()[1]
        self._servers = (
            await asyncio.start_server(self._connect, sock=listening),
            await asyncio.start_unix_server(self._obey, sock=orders),
        )
        await self._ended.wait()

    async def _obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if line := (await reader.readline()).strip():
            self._put_in_force(json.loads(line))
            holds = {name: {"held": hold.held, "released": hold.released} for name, hold in self._holds.items()}
            writer.write(json.dumps({"port": self._port, "holds": holds}).encode())
        else:
            # Before whoever orders it hears that it is done: another one may begin at once.
            for server in self._servers:
                server.close()
            self._ended.set()
        writer.close()

    def _put_in_force(self, faults: Mapping[str, Any]) -> None:
        """Puts these in force; those that are already go on counting."""
        self._late = {
            name: (fault["requests_s"], fault["answers_s"]) for name, fault in faults.items() if "answers_s" in fault
        }
        holding = {name: fault for name, fault in faults.items() if "nth" in fault}
        if holding.keys() - self._holds.keys():
            # Where a frame begins is known of a connection that was looked at from its beginning.
            for writer in self._connected:
                _reset(writer)
        self._holds = {name: self._holds.get(name) or Hold(**fault) for name, fault in holding.items()}

    async def _connect(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            host, port = _wanted(to_client.get_extra_info("socket"))
            if port == self._port:
                raise ConnectionRefusedError("nobody is behind it")
            node, to_node = await asyncio.open_connection(host, port)
        except OSError:
            _reset(to_client)
            return
        both = {to_client, to_node}
        self._connected |= both
        try:
            await asyncio.gather(self._pass(client, to_node, 0), self._pass(node, to_client, 1))
        finally:
            self._connected -= both
            for writer in both:
                writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: int) -> None:
        """Passes on one direction of a connection to its end."""
        waiting: asyncio.Queue[Part] = asyncio.Queue(_WAITING)
        reading = asyncio.ensure_future(self._read(reader, waiting, way))
        try:
            await _write(waiting, writer)
        finally:
            reading.cancel()

    async def _read(self, reader: asyncio.StreamReader, waiting: asyncio.Queue[Part], way: int) -> None:
        """Reads to the end. A client that hangs up, in whatever way, takes back nothing of what it sent."""
        framed, broken = way == 0 and bool(self._holds), False
        while True:
            try:
                content, framed = await _frame(reader) if framed else (await reader.read(_CHUNK), False)
            except OSError:
                content, framed, broken = b"", False, way == 1
            hold = next((each for each in self._holds.values() if each.takes(content)), None) if framed else None
            late_s = sum(both[way] for both in self._late.values()) + (hold.seconds if hold else 0.0)
            await waiting.put(Part(content, asyncio.get_running_loop().time() + late_s, hold, broken))
            if not content:
                return


async def _frame(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """The next frame, or else what is there, and whether it is a frame."""
    head = b""
    try:
        head = await reader.readexactly(4)
        (length,) = struct.unpack(">I", head)
        if length > _LONGEST_FRAME:
            return head, False
        return head + await reader.readexactly(length), True
    except asyncio.IncompleteReadError as cut_short:
        return head + cut_short.partial, False


async def _write(waiting: asyncio.Queue[Part], writer: asyncio.StreamWriter) -> None:
    """Writes each part when it is due, up to the end, which it passes on too."""
    while True:
        part = await waiting.get()
        await asyncio.sleep(part.due_s - asyncio.get_running_loop().time())
        if part.hold:
            part.hold.released += 1
        try:
            if part.content:
                writer.write(part.content)
                await writer.drain()
            elif part.broken:
                _reset(writer)
            else:
                writer.write_eof()
        except OSError:
            return
        if not part.content:
            return


def _wanted(connection: socket.socket) -> tuple[str, int]:
    """The address and the port to which a connection was going before it was led here."""
    port, address = struct.unpack(">2xH4s8x", connection.getsockopt(socket.SOL_IP, _SO_ORIGINAL_DST, 16))
    return socket.inet_ntoa(address), port


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection so that the other end has it reset."""
    with contextlib.suppress(OSError):
        linger = struct.pack("ii", 1, 0)  # a close that is no farewell
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def main(name: str) -> None:
    """Begins in the background."""
    listening = socket.create_server(("", 0), backlog=1000)
    orders = socket.socket(socket.AF_UNIX)
    orders.bind(f"\0{name}")
    orders.listen()
    if os.fork():
        os._exit(0)
    os.setsid()
    # Whoever began it waits until nobody can write to it any more.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    asyncio.run(Proxy().serve(listening, orders))


if __name__ == "__main__":
    main(*sys.argv[1:])
