"""The set workload: clients that add numbers to one Hazelcast set, and read all of it now and then.

Guarantee under test: an element whose addition was acknowledged is in every later read, and in the last one; see
`harness.checkers.set_full`, which names the operations. A Hazelcast set is as a whole in one partition.
"""

from __future__ import annotations

import itertools
import random
from contextlib import AbstractContextManager
from typing import Any

from hazelcast.client import HazelcastClient

from harness.history import Invoked
from harness.load import Tally
from harness.readback import ask
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.spec import SPLITS
from harness.servers.hazelcast.workloads.noting import MEMBER, note
from harness.servers.hazelcast.workloads.working import One, Recorder, traffic
from harness.system import System

#: One operation of so many is a read: each has all that was ever added.
_READS = 50


class Elements:
    """A set that a majority alone serves, unless something else is said."""

    def __init__(self, system: System, *, split: str = "refused", seed: int = 1) -> None:
        """A new set.

        Args:
            system: where it is.
            split: what becomes of what the smaller side of a split is given ("kept", "refused").
            seed: of the choice of operations.
        """
        self._system, self._seed = system, seed
        self._values = itertools.count(1)
        #: The set's name, by which it has its partition.
        self.name = f"{SPLITS[split]}{system.new_name('elements')}"
        self._note_settings(split)

    def _note_settings(self, split: str) -> None:
        view = self._system.clusters[Hazelcast]
        settings = {
            "backup-count": "1",
            "async-backup-count": "0",
            "split-brain-protection-ref": "majority" if split == "refused" else "",
            "merge-policy": "PutIfAbsentMergePolicy",
        }
        declared = {**view.declared, **{f"hazelcast.set.{name}": value for name, value in settings.items()}}
        note(self._system, declared, ask({MEMBER: lambda: view.settings_of(sets=[self.name])}))

    def traffic(
        self, *, clients: int = 6, a_second: float | None = None, stay: bool = False
    ) -> AbstractContextManager[Tally]:
        """Adds and reads in the background while the block lasts; see `working.traffic`."""
        return traffic(self._system, self, clients=clients, a_second=a_second, seed=self._seed, stay=stay)

    def at(self, hazelcast: HazelcastClient, recorder: Recorder, choice: random.Random) -> One:
        """One client's work at one member."""
        elements: Any = hazelcast.get_set(self.name).blocking()

        def work() -> bool:
            if not choice.randrange(_READS):
                return recorder.do("read", None, lambda operation: _read(elements, operation))
            value = next(self._values)
            return recorder.do("add", value, lambda operation: _add(elements, value, operation))

        return work

    def read(self) -> None:
        """Reads the set once more, by a client of any member."""
        with connect(self._system.clusters[Hazelcast].nodes) as hazelcast:
            elements: Any = hazelcast.get_set(self.name).blocking()
            _read(elements, self._system.history.client().invoke("read"))


def _add(elements: Any, value: int, operation: Invoked) -> None:
    elements.add(value)
    operation.ok(value)


def _read(elements: Any, operation: Invoked) -> None:
    operation.ok(sorted(elements.get_all()))
