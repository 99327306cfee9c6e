"""The register workload: clients that read, write, and replace what they read, at the keys of one Hazelcast map.

Guarantee under test: each key is a register, of which every read returns what linearizability allows; see
`harness.checkers.register`, which names the operations.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from hazelcast.client import HazelcastClient

from harness.history import Invoked
from harness.load import Tally
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.workloads.keys import owned_by
from harness.servers.hazelcast.workloads.maps import NewMap
from harness.servers.hazelcast.workloads.working import One, Recorder, traffic
from harness.system import System

#: Few, so that clients meet.
_KEYS = 5
#: How often each kind of operation is done, in parts of all.
_KINDS = {"read": 5, "write": 3, "cas": 2}


class Registers:
    """A map and its keys, which have backups and are served by a majority alone, unless something else is said."""

    def __init__(
        self, system: System, *, backups: str = "1", split: str = "refused", owner: str = "", seed: int = 1
    ) -> None:
        """A new map.

        Args:
            system: where it is.
            backups: how many it has ("1", "2").
            split: what becomes of what the smaller side of a split is given ("kept", "discarded", "refused").
            owner: the name of the member that owns all keys; one client alone writes them, as long as it is there, and
                the others at that member read what it writes. Empty for any owner and writers everywhere.
            seed: of the choice of operations and keys.
        """
        self._system, self._seed, self._owner = system, seed, owner
        new = NewMap(system, "registers", backups=backups, split=split)
        new.note_settings({}, {})
        self._name = new.name
        self._values = itertools.count(1)
        #: The keys.
        self.keys: Sequence[str] = [f"register-{number}" for number in range(_KEYS)]
        if owner:
            self.keys = owned_by(system.clusters[Hazelcast], owner, _KEYS)
        #: The clients that have come to a member.
        self._came: set[int] = set()

    def _writes(self, number: int) -> bool:
        """Whether a client writes at the member that it has come to."""
        if not self._owner:
            return True
        comes_again = number in self._came
        self._came.add(number)
        members = [node.spec.name for node in self._system.clusters[Hazelcast].nodes]
        # Who writes where no backup comes hears of it late, and does nothing meanwhile: the readers are others.
        return not comes_again and number == members.index(self._owner)

    def traffic(
        self, *, clients: int = 6, a_second: float | None = None, stay: bool = False
    ) -> AbstractContextManager[Tally]:
        """Reads, writes and replaces in the background while the block lasts; see `working.traffic`."""
        return traffic(self._system, self, clients=clients, a_second=a_second, seed=self._seed, stay=stay)

    def at(self, hazelcast: HazelcastClient, recorder: Recorder, choice: random.Random) -> One:
        """One client's work at one member."""
        entries: Any = hazelcast.get_map(self._name).blocking()
        at = _At(entries, recorder, choice, self._values, self.keys)
        return at.work if self._writes(recorder.number) else at.one_read


class _At:
    """One client's work at one member."""

    def __init__(
        self,
        entries: Any,
        recorder: Recorder,
        choice: random.Random,
        values: Iterator[int],
        keys: Sequence[str],
    ) -> None:
        self._entries, self._do, self._choice, self._values = entries, recorder.do, choice, values
        self._keys = keys
        self._seen: dict[str, int] = {}

    def one_read(self) -> bool:
        """Reads one of the keys."""
        return self._read(self._choice.choice(self._keys))

    def work(self) -> bool:
        """Reads, writes or replaces, at one of the keys."""
        (kind,) = self._choice.choices(list(_KINDS), list(_KINDS.values()))
        key = self._choice.choice(self._keys)
        if kind == "read":
            return self._read(key)
        if kind == "cas" and key in self._seen:
            return self._replace(key, self._seen[key])
        return self._write(key)

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
