"""The stored map workload: entries of a Hazelcast map that writes to PostgreSQL, put by a client of its own.

Guarantee under test: what PostgreSQL holds comes back even when every member dies, and it lacks only what the way in
which the map writes permits; see `harness.servers.hazelcast.checkers.external_store`. Operations recorded:

    add     a key; fail if its write did not even reach the store, info if nobody knows
    read    ok: all keys whose value is the one that was put

each with the map's name, as a scenario may have several (`harness.checkers.elements`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from hazelcast.errors import HazelcastError

from harness.checkers.elements import added, read_of
from harness.history import Client
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.spec import STORES
from harness.servers.postgres.kind import Postgres
from harness.system import System
from harness.waiting import until

_READ_TIMEOUT_S = 30.0
#: Each member has a pool of connections that looks for the store less and less often while it is gone.
_ACCEPTED_TIMEOUT_S = 60.0
#: What a member says of a put whose write did not even reach its external store.
_NEVER_SENT = "Could not get Connection from pool"


class StoredEntries:
    """A map and its entries, key-0 to key-<n>."""

    def __init__(self, system: System, store: str) -> None:
        """Makes a new map, and the table that it writes to.

        Args:
            system: where both are.
            store: how the map writes: "none", "write-through" or "write-behind".
        """
        self._nodes = system.clusters[Hazelcast].nodes
        self._postgres = system.clusters[Postgres]
        self._name = f"{STORES[store]}{system.new_name('entries')}"
        self._has_table = bool(STORES[store])
        self._history = system.history
        self._acknowledged: set[str] = set()
        self._held: list[str] = []
        #: Since when somebody waits for the answer to a put that may be refused.
        self._waits_since_s: float | None = None
        if self._has_table:
            self._postgres.create_table(self._name)

    def put(self, count: int, *, first: int = 0) -> None:
        """Puts keys key-<first> to key-<first + count - 1>; any refusal is an error."""
        client = self._history.client()
        with self._entries() as entries:
            for key in _named(count, first):
                operation = client.invoke("add", value := added(self._name, key))
                entries.set(key, _value(key))
                operation.ok(value)
                self._acknowledged.add(key)

    def try_put(self, count: int, *, first: int) -> Sequence[str]:
        """Puts `count` entries, each once; gives what the members said of those that they refused."""
        client = self._history.client()
        with self._entries() as entries:
            return [words for key in _named(count, first) if (words := self._refusal(client, entries, key))]

    @contextmanager
    def putting(self, count: int, *, first: int) -> Iterator[None]:
        """Puts so many entries in the background, each once; the block's end waits for the answers, however late."""
        pool = ThreadPoolExecutor(1)
        running = pool.submit(self.try_put, count, first=first)
        try:
            yield
            running.result()
        finally:
            # What failed is healed once the scenario is over, and the thread goes on until then.
            pool.shutdown(wait=False)

    def await_unanswered(self, seconds: float, *, timeout_s: float) -> None:
        """Waits until a put in the background has been without an answer for so long.

        Raises:
            AwaitTimeoutError: none was within `timeout_s` seconds.
        """
        until(
            f"a put to be without an answer for {seconds:g} s",
            lambda: round(time.monotonic() - since, 1) if (since := self._waits_since_s) else 0.0,
            lambda waits_s: waits_s >= seconds,
            timeout_s=timeout_s,
        )

    def put_until_accepted(self, count: int, *, first: int) -> None:
        """Puts `count` entries, each of them again and again until it is acknowledged."""
        client = self._history.client()
        with self._entries() as entries:
            for key in _named(count, first):
                until(
                    f"{key} to be accepted",
                    lambda key=key: self._refusal(client, entries, key),  # type: ignore[misc]
                    lambda refusal: not refusal,
                    timeout_s=_ACCEPTED_TIMEOUT_S,
                )

    def read(self) -> None:
        """Reads all entries, once a member answers, and records how many are lost."""
        operation = self._history.client().invoke("read", read_of(self._name))
        entries: Mapping[str, str] = until(
            f"the entries of {self._name}",
            self._all,
            lambda _: True,
            timeout_s=_READ_TIMEOUT_S,
            passing=(Exception,),
        )
        back = _right(entries)
        operation.ok(read_of(self._name, back))
        figures = {"acknowledged": self._acknowledged, "in PostgreSQL": self._held, "back": back}
        lost = len(self._acknowledged.difference(back))
        self._history.event("external-store", {**{name: len(keys) for name, keys in figures.items()}, "lost": lost})

    def await_stored(self, count: int, *, timeout_s: float) -> None:
        """Waits until PostgreSQL holds `count` entries."""
        until(
            f"{count} entries in PostgreSQL",
            lambda: len(self._postgres.entries(self._name)),
            lambda held: held == count,
            timeout_s=timeout_s,
        )

    def look_into_store(self) -> None:
        """Records what PostgreSQL itself holds now."""
        self._held = _right(self._postgres.entries(self._name)) if self._has_table else []
        self._history.event("stored", {"set": self._name, "keys": self._held})

    def _refusal(self, client: Client, entries: Any, key: str) -> str:
        """Puts an entry once; gives what the member said if it refused, else nothing."""
        operation = client.invoke("add", value := added(self._name, key))
        self._waits_since_s = time.monotonic()
        try:
            entries.set(key, _value(key))
        except HazelcastError as error:
            words = str(error).partition("\n")[0]
            (operation.fail if _NEVER_SENT in words else operation.info)(words)
            return words
        finally:
            self._waits_since_s = None
        operation.ok(value)
        self._acknowledged.add(key)
        return ""

    def _all(self) -> Mapping[str, str]:
        with self._entries() as entries:
            return dict(entries.entry_set())

    @contextmanager
    def _entries(self) -> Iterator[Any]:
        with connect(self._nodes) as hazelcast:
            yield hazelcast.get_map(self._name).blocking()


def _named(count: int, first: int) -> list[str]:
    return [f"key-{number}" for number in range(first, first + count)]


def _value(key: str) -> str:
    return f"value of {key}"


def _right(entries: Mapping[str, str]) -> list[str]:
    """The keys whose value is the one that was put."""
    return sorted(key for key, value in entries.items() if value == _value(key))
