"""The proxy by itself, on this machine's loopback: it is told whom it leads to, where the kernel would say it."""

import asyncio
import contextlib
import json
import socket
import struct
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from harness.backends.programs import proxy

LATE = {"late": {"requests_s": 0.6, "answers_s": 0.0}}


def frame(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


class Behind:
    """A server that says what it gets with the number of the connection in front, and remembers it."""

    def __init__(self) -> None:
        self.got: list[tuple[int, bytes]] = []
        self._count = 0
        self._writers: list[asyncio.StreamWriter] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count, number = self._count + 1, self._count
        self._writers.append(writer)
        while content := await reader.read(1000):
            self.got.append((number, content))
            writer.write(b"%d" % number + content)
        writer.close()

    def reset(self) -> None:
        for writer in self._writers:
            proxy._reset(writer)


@contextlib.asynccontextmanager
async def between(behind: Behind, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The port of a proxy that leads to the server."""
    server = await asyncio.start_server(behind, "127.0.0.1", 0)
    monkeypatch.setattr(proxy, "_wanted", lambda connection: server.sockets[0].getsockname())
    listening, orders = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)
    orders.bind(str(folder / "orders"))
    orders.listen()
    serving = asyncio.create_task(proxy.Proxy().serve(listening, orders))
    yield listening.getsockname()[1]
    assert await order(folder, None) == b""
    await asyncio.wait_for(serving, 5)
    server.close()


async def order(folder: Path, what: dict[str, Any] | None) -> bytes:
    reader, writer = await asyncio.open_unix_connection(folder / "orders")
    writer.write((json.dumps(what) if what is not None else "").encode() + b"\n")
    told = await reader.read()
    writer.close()
    return told


async def held(folder: Path, what: dict[str, Any]) -> dict[str, int]:
    """What has become of the frames of the one hold."""
    holds: dict[str, int] = json.loads(await order(folder, what))["holds"]["hold"]
    return holds


async def seen(folder: Path, what: dict[str, Any], **counts: int) -> None:
    """Waits until that has become of the frames of the one hold."""
    async with asyncio.timeout(5):
        while await held(folder, what) != counts:
            await asyncio.sleep(0.01)


async def asked(port: int, what: bytes) -> tuple[bytes, float]:
    """The first that comes back, and the seconds until then."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(what)
    answer = await asyncio.wait_for(reader.read(1000), 5)
    writer.close()
    return answer, time.monotonic() - began


@pytest.mark.parametrize(
    ("late", "least_s"), [({}, 0.0), ({"requests_s": 0.2}, 0.2), ({"requests_s": 0.2, "answers_s": 0.3}, 0.5)]
)
def test_what_is_late_is_that_late_and_no_later(
    late: dict[str, float], least_s: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tried() -> None:
        async with between(Behind(), tmp_path, monkeypatch) as port:
            await order(tmp_path, {"late": {"requests_s": 0.0, "answers_s": 0.0, **late}})
            answer, took_s = await asked(port, b"hello")
            assert answer == b"0hello"
            assert least_s <= took_s < least_s + 0.5

    asyncio.run(tried())


def test_delays_add_up_and_end_at_once_for_what_comes_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def tried() -> None:
        async with between(Behind(), tmp_path, monkeypatch) as port:
            await order(tmp_path, {**LATE, "more": LATE["late"]})
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for faults, least_s in (({**LATE, "more": LATE["late"]}, 1.2), (LATE, 0.6), ({}, 0.0)):
                await order(tmp_path, faults)
                began = time.monotonic()
                writer.write(b"x")
                assert await reader.read(10) == b"0x"
                assert least_s <= time.monotonic() - began < least_s + 0.5
            writer.close()

    asyncio.run(tried())


def test_one_frame_of_a_key_is_held_and_those_of_other_connections_pass_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = Behind()
    mine, other = frame(b"\0\x1acommit"), frame(b"\0\x01other")

    async def tried() -> None:
        async with between(behind, tmp_path, monkeypatch) as port:
            hold = {"hold": {"seconds": 0.5, "key": 26, "nth": 2}}
            assert await held(tmp_path, hold) == {"held": 0, "released": 0}
            assert (await asked(port, mine + other))[1] < 0.3
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(other[:6])
            writer.write(other[6:] + mine + other)
            assert await reader.read(1000) == b"1" + other
            assert (await asked(port, mine))[1] < 0.3
            assert await held(tmp_path, hold) == {"held": 1, "released": 0}
            assert await reader.readexactly(1 + len(mine)) == b"1" + mine
            assert await held(tmp_path, hold) == {"held": 1, "released": 1}
            writer.close()

    asyncio.run(tried())
    contents = [number for number, content in behind.got if mine in content]
    assert contents == [0, 2, 1], "what came later on another connection did not pass what was held"


@pytest.mark.parametrize("hangs_up", ["closes", "resets"])
def test_a_client_that_hangs_up_takes_back_nothing_of_what_is_held(
    hangs_up: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind, sent = Behind(), frame(b"\0\x1acommit")

    async def tried() -> None:
        async with between(behind, tmp_path, monkeypatch) as port:
            hold = {"hold": {"seconds": 1.0, "key": None, "nth": 1}}
            await order(tmp_path, hold)
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            await writer.drain()
            await seen(tmp_path, hold, held=1, released=0)
            if hangs_up == "closes":
                writer.close()
            else:
                proxy._reset(writer)
            assert await held(tmp_path, hold) == {"held": 1, "released": 0}
            await seen(tmp_path, hold, held=1, released=1)

    asyncio.run(tried())
    assert behind.got == [(0, sent)]


def test_what_has_no_frames_passes_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def tried() -> None:
        async with between(Behind(), tmp_path, monkeypatch) as port:
            await order(tmp_path, {"hold": {"seconds": 5, "key": None, "nth": 1}})
            assert (await asked(port, b"GET / HTTP/1.0\r\n\r\n"))[1] < 0.5
            assert (await held(tmp_path, {"hold": {"seconds": 5, "key": None, "nth": 1}}))["held"] == 0

    asyncio.run(tried())


def test_whom_a_hold_finds_connected_is_reset_as_its_frames_are_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tried() -> None:
        async with between(Behind(), tmp_path, monkeypatch) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"\0")
            assert await reader.read(10) == b"0\0"
            await order(tmp_path, {"hold": {"seconds": 1, "key": None, "nth": 1}})
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(reader.read(10), 5)
            writer.close()

    asyncio.run(tried())


def test_a_reset_by_the_node_is_one_to_its_client_and_nobody_there_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = Behind()

    async def tried() -> None:
        async with between(behind, tmp_path, monkeypatch) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"x")
            assert await reader.read(10) == b"0x"
            behind.reset()
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(reader.read(10), 5)
            with socket.create_server(("127.0.0.1", 0)) as nobody:
                gone = nobody.getsockname()
            monkeypatch.setattr(proxy, "_wanted", lambda connection: gone)
            reader, _ = await asyncio.open_connection("127.0.0.1", port)
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(reader.read(10), 5)

    asyncio.run(tried())
