"""The register workload: clients that read, write, and replace what they read, at the keys of one Hazelcast map.

Guarantee under test: each key is a register, of which every read returns what linearizability allows; see
`harness.checkers.register`, which names the operations. A write or a replacement that was refused for lack of a
majority surely did not happen; of one that ended in any other error nobody knows.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from hazelcast.errors import HazelcastError, SplitBrainProtectionError

from harness.errors import HarnessError
from harness.history import Client, Invoked
from harness.load import Pace, Tally
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.workloads.maps import NewMap
from harness.system import System

#: Few, so that clients meet.
_KEYS = 5
#: How often each kind of operation is done, in parts of all.
_KINDS = {"read": 5, "write": 3, "cas": 2}
#: How soon somebody who was let in by no member asks the next one, in seconds.
_AGAIN_S = 0.1


class Registers:
    """A map and its keys, which have backups and are served by a majority alone, unless something else is said."""

    def __init__(self, system: System, *, split: str = "refused", seed: int = 1) -> None:
        """A new map.

        Args:
            system: where it is.
            split: what becomes of what the smaller side of a split is given ("kept", "discarded", "refused").
            seed: of the choice of operations and keys.
        """
        self._view = system.clusters[Hazelcast]
        self._history, self._seed = system.history, seed
        new = NewMap(system, "registers", split=split)
        new.note_settings({}, {})
        self._name = new.name
        self._values = itertools.count(1)
        #: The keys.
        self.keys = [f"register-{number}" for number in range(_KEYS)]

    @contextmanager
    def traffic(self, *, clients: int = 6, a_second: float | None = None) -> Iterator[Tally]:
        """Reads, writes and replaces in the background while the block lasts.

        Args:
            clients: how many there are, each of a member of its own, as far as there are so many.
            a_second: operations a second of all clients together, whatever is answered; None: as fast as they are.
        """
        stop, tally = threading.Event(), Tally("operations")
        each_a_second = a_second / clients if a_second else None
        with ThreadPoolExecutor(clients) as pool:
            running = [pool.submit(self._work, number, each_a_second, tally, stop) for number in range(clients)]
            try:
                yield tally
            finally:
                stop.set()
        for future in running:
            future.result()

    def _work(self, number: int, a_second: float | None, tally: Tally, stop: threading.Event) -> None:
        """Works by one member after the other, beginning with one of its own, until it is to stop."""
        pace, choice = Pace(a_second, stop), random.Random(f"{self._seed} {number}")
        client = self._history.client()
        members = itertools.islice(itertools.cycle(self._view.nodes), number, None)
        while not stop.is_set():
            try:
                with connect([next(members)]) as hazelcast:
                    entries: Any = hazelcast.get_map(self._name).blocking()
                    _At(entries, client, choice, self._values, tally).work(self.keys, pace, stop)
            except (HarnessError, HazelcastError, OSError):  # the member does not run, or lets nobody in
                stop.wait(_AGAIN_S)


class _At:
    """One client's work at one member."""

    def __init__(
        self, entries: Any, client: Client, choice: random.Random, values: Iterator[int], tally: Tally
    ) -> None:
        self._entries, self._client, self._choice, self._values, self._tally = entries, client, choice, values, tally
        self._seen: dict[str, int] = {}

    def work(self, keys: Sequence[str], pace: Pace, stop: threading.Event) -> None:
        """Works at these keys until it is to stop, or the member does not answer."""
        kinds = random.Random(self._choice.random())
        answered = True
        while answered and not stop.is_set():
            pace.await_next()
            (kind,) = kinds.choices(list(_KINDS), list(_KINDS.values()))
            key = self._choice.choice(keys)
            if kind == "read":
                answered = self._read(key)
            elif kind == "cas" and key in self._seen:
                answered = self._replace(key, self._seen[key])
            else:
                answered = self._write(key)

    def _read(self, key: str) -> bool:
        def done(operation: Invoked) -> None:
            value = self._entries.get(key)
            if value is not None:
                self._seen[key] = value
            operation.ok([key, value])

        return self._do("read", [key, None], done)

    def _write(self, key: str) -> bool:
        value = next(self._values)

        def done(operation: Invoked) -> None:
            self._entries.set(key, value)
            operation.ok([key, value])

        return self._do("write", [key, value], done)

    def _replace(self, key: str, old: int) -> bool:
        new = next(self._values)

        def done(operation: Invoked) -> None:
            if self._entries.replace_if_same(key, old, new):
                operation.ok([key, [old, new]])
            else:
                operation.fail("it has another value")

        return self._do("cas", [key, [old, new]], done)

    def _do(self, f: str, value: Any, action: Callable[[Invoked], None]) -> bool:
        """Does one operation and records it; whether the member is of use."""
        operation = self._client.invoke(f, value)
        answered = True
        try:
            action(operation)
        except SplitBrainProtectionError as error:
            operation.fail(f"{type(error).__name__}: {error}")
            answered = False
        except (HazelcastError, OSError) as error:
            operation.info(f"{type(error).__name__}: {error}")
            answered = False
        assert operation.completed
        self._tally.count(operation.completed)
        return answered
