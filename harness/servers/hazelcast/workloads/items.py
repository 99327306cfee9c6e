"""The bounded queue workload: a producer and consumers of a Hazelcast queue that holds ten items.

Guarantee under test: never more than the bound, a put into a full queue waits, every item comes out once; see
`harness.checkers.bounded_queue`, which names the operations.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from hazelcast.errors import HazelcastError
from hazelcast.transaction import TWO_PHASE

from harness.backends.protocol import Node
from harness.history import Client
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.spec import BOUNDED
from harness.system import System
from harness.waiting import until

#: How long a consumer waits for an item before it looks whether it is to end, in seconds.
_TAKE_S = 0.5


class Items:
    """One bounded queue, its producer and its consumers."""

    def __init__(self, system: System) -> None:
        """A new queue that holds ten items."""
        self._view = system.clusters[Hazelcast]
        self.name = f"{BOUNDED}{system.new_name('items')}"
        self._view.refuse_plain("queue", self.name)
        self._history = system.history

    def put(self, items: Sequence[int]) -> None:
        """Puts each of the items, waiting for room where there is none."""
        client = self._history.client()
        with self._queue() as queue:
            for item in items:
                self._do(client, "put", item, lambda item=item: (queue.put(item), item)[1])

    def offer(self, item: int, *, within_s: float) -> bool:
        """Offers one item, and says whether the queue took it within that time."""
        operation = self._history.client().invoke("offer", item)
        with self._queue() as queue:
            if queue.offer(item, within_s):
                operation.ok(item)
                return True
        operation.fail(f"no room within {within_s:g} s")
        return False

    @contextmanager
    def putting(self, items: Sequence[int]) -> Iterator[Future[None]]:
        """Puts the items in the background; the block may go on while a put waits."""
        with ThreadPoolExecutor(1) as pool:
            yield pool.submit(self.put, items)

    def take_all(self, expected: int, *, consumers: int) -> dict[str, list[int]]:
        """Takes with several consumers at once until so many items came out; gives the items of each, in its order."""
        taken: dict[str, list[int]] = {f"consumer-{number}": [] for number in range(1, consumers + 1)}
        enough = threading.Event()
        with ThreadPoolExecutor(consumers) as pool:
            running = [pool.submit(self._consume, mine, enough) for mine in taken.values()]
            try:
                until(
                    f"{expected} items to come out",
                    lambda: sum(map(len, taken.values())),
                    lambda count: count >= expected,
                    timeout_s=60,
                )
            finally:
                enough.set()
        for future in running:
            future.result()
        self._history.event("items-per-consumer", {name: len(items) for name, items in taken.items()})
        return taken

    def take_until(self, pill: int, *, consumers: int) -> dict[str, list[int]]:
        """The mistake of a first try: each consumer goes on while the queue is not empty, or until it takes the pill.

        With one pill for several consumers, or an empty moment, it depends on luck what is left.
        """
        taken: dict[str, list[int]] = {f"consumer-{number}": [] for number in range(1, consumers + 1)}
        with ThreadPoolExecutor(consumers) as pool:
            for future in [pool.submit(self._consume_until, mine, pill) for mine in taken.values()]:
                future.result()
        return taken

    @contextmanager
    def reserving(self, through: Node, *, limit_s: float) -> Iterator[int | None]:
        """Polls in a transaction that the node coordinates and that may live so long; gives it up after the block.

        The operation is `reserve`, ok with the item: what it took is taken only once the transaction has committed,
        and it never does.
        """
        operation = self._history.client().invoke("reserve", None)
        with connect([through]) as hazelcast:
            transaction = hazelcast.new_transaction(timeout=limit_s, durability=1, type=TWO_PHASE)
            transaction.begin()
            item: int | None = transaction.get_queue(self.name).poll(0)
            operation.ok(item)
            try:
                yield item
            finally:
                with suppress(HazelcastError, OSError):  # the node may be gone
                    transaction.rollback()

    def size(self) -> int:
        """The number of items in the queue now."""
        return self._view.queue_size(self.name)

    def _consume(self, mine: list[int], enough: threading.Event) -> None:
        client = self._history.client()
        with self._queue() as queue:
            while not enough.is_set():
                item = self._do(client, "take", None, lambda: queue.poll(_TAKE_S))
                if item is not None:
                    mine.append(item)

    def _consume_until(self, mine: list[int], pill: int) -> None:
        client = self._history.client()
        with self._queue() as queue:
            while queue.size():
                item = self._do(client, "take", None, lambda: queue.poll(_TAKE_S))
                if item == pill:
                    return
                if item is not None:
                    mine.append(item)

    def _do(self, client: Client, f: str, value: Any, action: Any) -> Any:
        operation = client.invoke(f, value)
        try:
            answer = action()
        except (HazelcastError, OSError) as error:
            operation.info(f"{type(error).__name__}: {error}")
            return None
        if answer is None:
            operation.fail(f"nothing within {_TAKE_S:g} s")
        else:
            operation.ok(answer)
        return answer

    @contextmanager
    def _queue(self) -> Iterator[Any]:
        with connect(self._view.nodes) as hazelcast:
            yield hazelcast.get_queue(self.name).blocking()
