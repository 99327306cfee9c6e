"""The traffic of the map workload: keys that are put in turn, at once or beside reads; each put is recorded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from hazelcast.client import HazelcastClient
from hazelcast.errors import HazelcastError, SplitBrainProtectionError

from harness.backends.protocol import Node
from harness.checkers.elements import added, read_of
from harness.history import History, Invoked
from harness.servers.hazelcast.clients import connect, connect_async

#: So many put at once: a put goes through three members one after the other, and waits more than it works.
_CLIENTS = 8
#: So many keys from one read of all to the next, and the pause before it, in seconds: each read has every key that is
#: there, and a history holds them all.
_BETWEEN_READS, _PAUSE_S = 100, 0.05


class Puts:
    """Puts keys into one map, and records each put in the history."""

    def __init__(self, map_name: str, history: History) -> None:
        self._name = map_name
        self._history = history

    def in_turn(self, nodes: Sequence[Node], keys: Sequence[str]) -> None:
        """Puts these keys by a few clients through one of these nodes, and waits for each; any refusal is an error."""
        asyncio.run(self._put(nodes, keys))

    async def _put(self, nodes: Sequence[Node], keys: Sequence[str]) -> None:
        async with connect_async(nodes) as hazelcast:
            entries: Any = await hazelcast.get_map(self._name)
            left = iter(keys)
            await asyncio.gather(*(self._put_in_turn(entries, left) for _ in range(_CLIENTS)))

    async def _put_in_turn(self, entries: Any, left: Iterator[str]) -> None:
        client = self._history.client()
        for key in left:
            operation = client.invoke("add", value := added(self._name, key))
            await entries.set(key, f"value of {key}")
            operation.ok(value)

    def at_once(self, client: HazelcastClient, keys: Sequence[str], value: str) -> Sequence[str]:
        """Puts these keys, each without waiting for the others; gives those that were acknowledged."""
        entries: Any = client.get_map(self._name)
        begun = [
            (key, self._history.client().invoke("add", added(self._name, key)), entries.set(key, value)) for key in keys
        ]
        return [key for key, operation, put in begun if self._is_put(key, operation, put)]

    def _is_put(self, key: str, operation: Invoked, put: Any) -> bool:
        """Whether a put is acknowledged, once that is known."""
        try:
            put.result()
        except SplitBrainProtectionError as error:
            operation.fail(f"{type(error).__name__}: {error}")
        except (HazelcastError, OSError) as error:
            operation.info(f"{type(error).__name__}: {error}")
        else:
            operation.ok(added(self._name, key))
            return True
        return False

    @contextmanager
    def beside_reads(self, *, put: Sequence[Node], read: Sequence[Node]) -> Iterator[None]:
        """Puts keys through the one and reads all through the other, in turn, for as long as the block lasts.

        It ends when nobody that is read from answers.
        """
        over = threading.Event()
        with connect(put) as putting, connect(read) as reading, ThreadPoolExecutor(1) as pool:
            # Here, as a member that is leaving makes no client a map any more, and lets it wait.
            entries: Any = reading.get_map(self._name).blocking()
            running = pool.submit(self._alternate, putting, entries, over)
            try:
                yield
            finally:
                over.set()
            running.result()

    def _alternate(self, putting: HazelcastClient, entries: Any, over: threading.Event) -> None:
        names: list[str] = []
        client = self._history.client()
        while not over.wait(_PAUSE_S):
            more = [f"key-{len(names) + number}" for number in range(_BETWEEN_READS)]
            self.at_once(putting, more, "")
            names += more
            operation = client.invoke("read", read_of(self._name))
            try:
                # By key: a question for all keys sees that partitions move, and is asked again until it is answered.
                keys = sorted(entries.get_all(names))
            except (HazelcastError, OSError) as error:
                operation.info(f"{type(error).__name__}: {error}")
                return
            operation.ok(read_of(self._name, keys))
