"""The counter workload: several clients increment one key of a Hazelcast map at once, with and without locks.

Guarantee under test: with a lock, or with compare-and-set, no increment is lost; without either, some are. Operations
recorded:

    increment   by 1; ok once the map acknowledged it, fail if the key is gone, info if its client can't know
    read        ok: the value in the end; None if the key is gone
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hazelcast.errors import HazelcastError, IllegalMonitorStateError

from harness.backends.protocol import Node
from harness.errors import HarnessError
from harness.servers.hazelcast.clients import connect, connect_async
from harness.servers.hazelcast.kind import Hazelcast
from harness.system import System
from harness.waiting import until

_KEY = "key"
_LEASE_S = 5.0
#: A lease that clients outlive, in seconds, and at the increment of which values.
_SHORT_LEASE_S, _HANGS = 0.5, 20
#: Increments the key once; gives how often it had to be tried again.
Increment = Callable[[Any], Awaitable[int]]


class _GoneError(HarnessError):
    """The map does not have the key any more."""


async def _value(entries: Any) -> int:
    value: int | None = await entries.get(_KEY)
    if value is None:
        raise _GoneError(f"{_KEY} is gone")
    return value


async def without_locks(entries: Any) -> int:
    """Increments without a lock: reads, adds, writes, and overwrites what another client wrote in between."""
    await entries.set(_KEY, await _value(entries) + 1)
    return 0


async def pessimistic(entries: Any) -> int:
    """Increments under the key's lock."""
    # With a lease: a lock whose release was lost with a member would be held for ever.
    await entries.lock(_KEY, _LEASE_S)
    try:
        await entries.set(_KEY, await _value(entries) + 1)
    finally:
        await entries.unlock(_KEY)
    return 0


async def optimistic(entries: Any) -> int:
    """Increments by replacing the value that was read if it is still there, else reads again."""
    retries = 0
    while not await entries.replace_if_same(_KEY, value := await _value(entries), value + 1):
        retries += 1
    return retries


async def outlived(entries: Any) -> int:
    """Increments under the key's lock; one client of so many hangs, and has the lock no more when it writes."""
    await entries.lock(_KEY, _SHORT_LEASE_S)
    value = await _value(entries)
    if value % _HANGS == _HANGS - 1:
        await asyncio.sleep(2 * _SHORT_LEASE_S)
    try:
        await entries.set(_KEY, value + 1)
    finally:
        with suppress(IllegalMonitorStateError):  # somebody else has it
            await entries.unlock(_KEY)
    return 0


WAYS: dict[str, Increment] = {
    "none": without_locks,
    "pessimistic": pessimistic,
    "optimistic": optimistic,
    "outlived": outlived,
}


@dataclass(frozen=True)
class Done:
    """What the increments took: seconds, increments a second, and how often one was tried again."""

    seconds: float
    per_second: float
    retries: int


class Increments:
    """One key of a map and the clients that increment it.

    Attributes:
        key: the key.
    """

    key = _KEY

    def __init__(self, system: System) -> None:
        """A new map with that key alone."""
        self._view = system.clusters[Hazelcast]
        self._name = system.new_name("increments")
        self._history = system.history

    def run(self, way: str, *, clients: int, count: int, meanwhile: Callable[[], object] | None = None) -> Done:
        """Has each of `clients` clients at once increment `count` times, then reads.

        Args:
            way: one of `WAYS`.
            clients: how many.
            count: increments of each.
            meanwhile: done in a thread once a third of the increments were acknowledged.
        """
        with connect(self._view.nodes) as hazelcast:
            entries: Any = hazelcast.get_map(self._name).blocking()
            entries.put_if_absent(_KEY, 0)
        progress: list[int] = []
        began = time.monotonic()
        retries = asyncio.run(self._all(WAYS[way], clients, count, progress, meanwhile))
        seconds = time.monotonic() - began
        done = Done(round(seconds, 2), round(count * clients / seconds, 1), retries)
        final = self._read()
        lost = len(progress) - (final or 0)
        counted = {"increments": count * clients, "final": final, "lost": max(0, lost)}
        self._history.event("increments", {"locks": way, **counted, **vars(done)})
        return done

    def _owner_first(self) -> Sequence[Node]:
        """The nodes, the key's owner first: a client that knows who owns what talks to the owner."""
        owner = self._view.owner_of(self._view.partition_of(_KEY))
        return sorted(self._view.nodes, key=lambda node: node is not owner)

    async def _all(
        self,
        increment: Increment,
        clients: int,
        count: int,
        progress: list[int],
        meanwhile: Callable[[], object] | None,
    ) -> int:
        nodes = self._owner_first()
        running = [self._client(nodes, increment, count, progress) for _ in range(clients)]
        if meanwhile:
            running.append(asyncio.to_thread(_after, count * clients // 3, progress, meanwhile))
        return sum(await asyncio.gather(*running))

    async def _client(self, nodes: Sequence[Node], increment: Increment, count: int, progress: list[int]) -> int:
        client, retries = self._history.client(), 0
        async with connect_async(nodes) as hazelcast:
            entries: Any = await hazelcast.get_map(self._name)
            for _ in range(count):
                operation = client.invoke("increment", 1)
                try:
                    retries += await increment(entries)
                except _GoneError as error:
                    operation.fail(str(error))
                    continue
                except (HazelcastError, OSError) as error:
                    operation.info(f"{type(error).__name__}: {error}")
                    continue
                operation.ok(1)
                progress.append(1)
        return retries

    def _read(self) -> int | None:
        operation = self._history.client().invoke("read")
        with connect(self._view.nodes) as hazelcast:
            entries: Any = hazelcast.get_map(self._name).blocking()
            value: int | None = entries.get(_KEY)
        operation.ok(value)
        return value


def _after(wanted: int, progress: Sequence[int], meanwhile: Callable[[], object]) -> int:
    """Waits for so many increments, then calls `meanwhile`; no increment of its own was tried again."""
    until("a third of the increments", lambda: len(progress), lambda n: n >= wanted, timeout_s=120)
    meanwhile()
    return 0
