"""The lock workload: clients that take the lock of one key of a Hazelcast map, hold it for a moment, and give it back.

Guarantee under test: one client at a time holds it; see `harness.checkers.lock`, which names the operations. Hazelcast
without its CP subsystem has no lock with fences: whoever must not be late has to show a version when it writes.
"""

from __future__ import annotations

import random
import threading
from contextlib import AbstractContextManager
from typing import Any

from hazelcast.client import HazelcastClient

from harness.history import Invoked
from harness.load import Tally
from harness.servers.hazelcast.workloads.maps import NewMap
from harness.servers.hazelcast.workloads.working import One, Recorder, traffic
from harness.system import System

#: For how long a client holds it unless something else is said, and how long it waits for it, in seconds.
_HELD_S, _PATIENCE_S = 0.01, 1.0
#: For how long members keep it for a client, in seconds.
_LEASE_S = 10.0


class Lock:
    """The lock of one key, which any member gives out, unless a majority is asked for.

    Attributes:
        key: that it is of, by which it has its partition.
    """

    key = "lock"

    def __init__(self, system: System, *, split: str = "kept", held_s: float = _HELD_S) -> None:
        """The lock of a new map.

        Args:
            system: where it is.
            split: what becomes of what the smaller side of a split is given ("kept", "refused").
            held_s: for how long a client holds it, in seconds; its lease is ten.
        """
        new = NewMap(system, "locked", split=split)
        new.note_settings({}, {})
        self._system, self._name, self._held_s = system, new.name, held_s

    def traffic(
        self, *, clients: int = 6, a_second: float | None = None, stay: bool = False
    ) -> AbstractContextManager[Tally]:
        """Takes and gives back in the background while the block lasts; see `working.traffic`."""
        return traffic(self._system, self, clients=clients, a_second=a_second, seed=0, stay=stay)

    def at(self, hazelcast: HazelcastClient, recorder: Recorder, choice: random.Random) -> One:
        """One client's work at one member; there is nothing to choose."""
        entries: Any = hazelcast.get_map(self._name).blocking()

        def work() -> bool:
            has_it = False

            def take(operation: Invoked) -> None:
                nonlocal has_it
                has_it = entries.try_lock(self.key, _LEASE_S, _PATIENCE_S)
                operation.ok() if has_it else operation.fail(f"somebody held it for {_PATIENCE_S:g} s")

            def give_back(operation: Invoked) -> None:
                entries.unlock(self.key)
                operation.ok()

            answered = recorder.do("acquire", None, take)
            if has_it:
                threading.Event().wait(self._held_s)
                answered = recorder.do("release", None, give_back)
            return answered

        return work
