"""The ids workload: clients that take ids from one of Hazelcast's flake id generators.

Guarantee under test: no id is given out twice, also while the members are parted: each member has a number of its own
in every id that it makes (Hazelcast Platform Reference Manual, "Flake ID Generator"). See `harness.checkers.ids`, which
names the operation.
"""

from __future__ import annotations

import random
from contextlib import AbstractContextManager
from typing import Any

from hazelcast.client import HazelcastClient

from harness.history import Invoked
from harness.load import Tally
from harness.servers.hazelcast.workloads.working import One, Recorder, traffic
from harness.system import System


class Ids:
    """A generator of ids."""

    def __init__(self, system: System) -> None:
        """A new one."""
        self._system, self._name = system, system.new_name("ids")

    def traffic(
        self, *, clients: int = 6, a_second: float | None = None, stay: bool = False
    ) -> AbstractContextManager[Tally]:
        """Takes ids in the background while the block lasts; see `working.traffic`."""
        # By default a client takes a hundred at once, and needs no member for a while.
        one_each = {self._name: {"prefetch_count": 1}}
        return traffic(
            self._system, self, clients=clients, a_second=a_second, seed=0, stay=stay, flake_id_generators=one_each
        )

    def at(self, hazelcast: HazelcastClient, recorder: Recorder, choice: random.Random) -> One:
        """One client's work at one member; there is nothing to choose."""
        ids: Any = hazelcast.get_flake_id_generator(self._name).blocking()

        def take(operation: Invoked) -> None:
            operation.ok(ids.new_id())

        return lambda: recorder.do("generate", None, take)
