"""The queue workload: clients that offer numbers to one Hazelcast queue without a bound, and take them out again.

Guarantee under test: each item whose offer was acknowledged comes out, and once; see `harness.checkers.bounded_queue`,
which names the operations. While clients are at work the queue is never empty, as one that was empty when its owner
was lost may lose what it is given later (docs/decisions/0021).
"""

from __future__ import annotations

import itertools
import random
import threading
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from hazelcast.client import HazelcastClient
from hazelcast.errors import SplitBrainProtectionError

from harness.history import Invoked
from harness.load import Tally
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.spec import SPLITS
from harness.servers.hazelcast.workloads.working import One, Recorder, traffic
from harness.system import System
from harness.waiting import until

#: How many items stay in the queue: more than there are takes of unknown outcome in a run, which may hide a loss each.
_STAY = 50
#: How long members that lack a majority may take to find each other again, in seconds: a machine that has much to do
#: lets them give each other up.
_SERVED_S = 60.0


class Queue:
    """A queue that a majority alone serves.

    Attributes:
        name: of the queue, by which it has its partition.
    """

    def __init__(self, system: System) -> None:
        """A new one."""
        self._system, self._items = system, itertools.count(1)
        self._stock = _Stock()
        self.name = f"{SPLITS['refused']}{system.new_name('queue')}"
        system.clusters[Hazelcast].refuse_plain("queue", self.name)

    def traffic(
        self, *, clients: int = 6, a_second: float | None = None, stay: bool = False
    ) -> AbstractContextManager[Tally]:
        """Offers and takes in the background while the block lasts; see `working.traffic`."""
        return traffic(self._system, self, clients=clients, a_second=a_second, seed=0, stay=stay)

    def at(self, hazelcast: HazelcastClient, recorder: Recorder, choice: random.Random) -> One:
        """One client's work at one member: takes and offers, by this client's choice where enough is there."""
        queue: Any = hazelcast.get_queue(self.name).blocking()

        def offer(operation: Invoked, item: int) -> None:
            _offer(queue, item, operation)
            if operation.completed == "ok":
                self._stock.add()

        def work() -> bool:
            if choice.randrange(2) and self._stock.spare():
                return recorder.do("take", None, lambda operation: _take(queue, operation))
            item = next(self._items)
            return recorder.do("offer", item, lambda operation: offer(operation, item))

        return work

    def drain(self) -> None:
        """Takes all that is left, by a client of any member; while there is no majority, it asks again.

        Raises:
            AwaitTimeoutError: there is none for long.
        """
        client = self._system.history.client()
        with connect(self._system.clusters[Hazelcast].nodes) as hazelcast:
            queue: Any = hazelcast.get_queue(self.name).blocking()

            def take() -> str | None:
                operation = client.invoke("take")
                try:
                    _take(queue, operation)
                except SplitBrainProtectionError as error:
                    operation.fail(f"{type(error).__name__}: {error}")
                    raise
                return operation.completed

            served = partial(until, f"a majority to serve {self.name}", take, lambda _: True, timeout_s=_SERVED_S)
            while served(passing=(SplitBrainProtectionError,)) == "ok":
                pass


class _Stock:
    """How many items are surely in the queue: those whose offer was acknowledged, less the takes that were begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def add(self) -> None:
        """Counts one whose offer was acknowledged."""
        with self._lock:
            self._count += 1

    def spare(self) -> bool:
        """Whether enough items stay if one more is taken; it counts as taken then, whatever becomes of the take."""
        with self._lock:
            enough = self._count > _STAY
            self._count -= enough
        return enough


def _offer(queue: Any, item: int, operation: Invoked) -> None:
    if queue.offer(item):
        operation.ok(item)
    else:
        operation.fail("there was no room")


def _take(queue: Any, operation: Invoked) -> None:
    item = queue.poll()
    if item is None:
        operation.fail("there was nothing")
    else:
        operation.ok(item)
