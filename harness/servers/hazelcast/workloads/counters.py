"""The counter workload: clients that read the value at one key of a Hazelcast map, and replace it by the next one.

Guarantee under test: no acknowledged increment is missing in any read, and none is counted twice; see
`harness.checkers.counter`, which names the operations. Each attempt to replace is an operation of its own: it fails if
the value was another one by then, and one of unknown outcome is not tried again, as it might count twice.
"""

from __future__ import annotations

import random
from contextlib import AbstractContextManager
from typing import Any

from hazelcast.client import HazelcastClient

from harness.history import Invoked
from harness.load import Tally
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.workloads.maps import NewMap
from harness.servers.hazelcast.workloads.working import One, Recorder, traffic
from harness.system import System


class Counter:
    """One key of a map that has a backup, and that a majority alone serves.

    Attributes:
        key: that has the value, by which it has its partition.
    """

    key = "counter"

    def __init__(self, system: System) -> None:
        """A new map with that key alone, at 0."""
        new = NewMap(system, "counter", split="refused")
        new.note_settings({}, {})
        self._system, self._view, self._name = system, system.clusters[Hazelcast], new.name
        with connect(self._view.nodes) as hazelcast:
            self._entries(hazelcast).set(self.key, 0)

    def traffic(
        self, *, clients: int = 6, a_second: float | None = None, stay: bool = False
    ) -> AbstractContextManager[Tally]:
        """Reads, and increments what it read, in the background while the block lasts; see `working.traffic`."""
        return traffic(self._system, self, clients=clients, a_second=a_second, seed=0, stay=stay)

    def at(self, hazelcast: HazelcastClient, recorder: Recorder, choice: random.Random) -> One:
        """One client's work at one member, a read and an increment; there is nothing to choose."""
        entries = self._entries(hazelcast)

        def work() -> bool:
            value: int | None = None

            def read(operation: Invoked) -> None:
                nonlocal value
                value = entries.get(self.key)
                operation.ok(value)

            answered = recorder.do("read", None, read)
            if value is not None:
                seen = value
                answered = recorder.do("increment", 1, lambda operation: _increment(entries, self.key, seen, operation))
            return answered

        return work

    def read(self) -> None:
        """Reads the value once more, by a client of any member."""
        with connect(self._view.nodes) as hazelcast:
            operation = self._system.history.client().invoke("read")
            operation.ok(self._entries(hazelcast).get(self.key))

    def _entries(self, hazelcast: HazelcastClient) -> Any:
        return hazelcast.get_map(self._name).blocking()


def _increment(entries: Any, key: str, seen: int, operation: Invoked) -> None:
    """Replaces the value that was read by the next one, if it is still that."""
    if entries.replace_if_same(key, seen, seen + 1):
        operation.ok(1)
    else:
        operation.fail("it has another value")
