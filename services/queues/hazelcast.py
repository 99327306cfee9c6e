"""The queue as a Hazelcast queue: offer with a backup, and take inside a transaction.

A message counts as taken once its transaction has committed. If the answer to the commit is lost, it may or may not
have committed: the message is kept (if it had committed, nobody else has it). Had it not, the queue hands the message
out again: to this instance, which stores it once, by id, or to another, and then both hold it. So: at least once,
never lost; exactly once as long as every commit is answered. An id that is posted again after an unknown outcome can
be in the queue twice, with the same consequence.
"""

from __future__ import annotations

from typing import Any

from hazelcast.client import HazelcastClient
from hazelcast.errors import TransactionError, TransactionNotActiveError, TransactionTimedOutError
from hazelcast.transaction import TWO_PHASE, Transaction

from services.hazelcast_client import OPERATION_S, Cluster, result
from services.logs import Log
from services.parts import NotConnectedError
from services.queues import NotQueuedError, Queued, Store, decode, encode
from services.settings import HazelcastQueue

#: How long a take waits for a message, and how long its transaction may live, in seconds.
POLL_S, TRANSACTION_S = 0.3, 10.0
#: The server says that it has not committed.
NOT_COMMITTED = (TransactionError, TransactionNotActiveError, TransactionTimedOutError)


class HazelcastProducing:
    """Puts messages on a queue.

    Args:
        settings: cluster and queue.
        log: where it tells what happened.
    """

    def __init__(self, settings: HazelcastQueue, log: Log) -> None:
        self._name = settings.name
        self._cluster = Cluster(settings.cluster, lambda client: client.get_queue(settings.name), log)
        self.start, self.problem, self.stop = self._cluster.start, self._cluster.problem, self._cluster.stop

    def put(self, message_id: str, msg: str, timeout_s: float) -> Queued:
        """Offers it and waits until the backup has it too."""
        try:
            queue: Any = self._cluster.client().get_queue(self._name)
        except NotConnectedError as error:
            raise NotQueuedError(str(error), unknown=False) from error
        try:
            taken = result(queue.offer(encode(message_id, msg)), min(timeout_s, OPERATION_S))
        except Exception as error:  # the client raises its own errors, IOError and others
            raise NotQueuedError(repr(error), unknown=True) from error
        if not taken:
            raise NotQueuedError(f"queue {self._name} is full", unknown=False)
        return Queued("hazelcast", self._name)


class HazelcastSource:
    """Takes messages off a queue, one in a transaction.

    Args:
        settings: cluster and queue.
        log: where it tells what happened.
    """

    def __init__(self, settings: HazelcastQueue, log: Log) -> None:
        self._name, self._log = settings.name, log
        self._cluster = Cluster(settings.cluster, lambda client: client.get_queue(settings.name), log)
        self._started = False
        self._polled = False

    def open(self) -> None:
        """Makes sure that there is a client, which reconnects by itself."""
        if not self._started:
            self._started = True
            self._cluster.start()
        self._cluster.client()

    def step(self, store: Store) -> None:
        """Takes one message, if there is one, and stores it once its transaction has committed."""
        text, transaction = self._take(self._cluster.client())
        self._polled = True
        if text is None:
            transaction.rollback()
            return
        committed = self._commit(transaction)
        if committed is False:
            return
        try:
            held = decode(text)
        except ValueError as error:
            self._log("not a message, skipped", error=repr(error))
            return
        self._log("consumed", id=held.id, new=store.add(held), commit="ok" if committed else "unknown")

    def _take(self, client: HazelcastClient) -> tuple[str | None, Transaction]:
        transaction = client.new_transaction(timeout=TRANSACTION_S, durability=1, type=TWO_PHASE)
        transaction.begin()
        try:
            return transaction.get_queue(self._name).poll(POLL_S), transaction
        except BaseException:
            self._roll_back(transaction)
            raise

    def _commit(self, transaction: Transaction) -> bool | None:
        """True: committed; False: certainly not; None: unknown."""
        try:
            transaction.commit()
        except NOT_COMMITTED as error:
            self._log("not committed", error=repr(error))
            self._roll_back(transaction)
            return False
        except Exception as error:
            self._log("commit unknown", error=repr(error))
            return None
        return True

    def _roll_back(self, transaction: Transaction) -> None:
        try:
            transaction.rollback()
        except Exception as error:  # its time limit or its member's end rolls it back on the server
            self._log("not rolled back", error=repr(error))

    def close(self) -> None:
        """Nothing to leave: the queue has no members. The client stays, to reconnect."""
        self._polled = False

    def end(self, within_s: float) -> None:
        """Closes the client."""
        self._cluster.stop(within_s)

    def problem(self) -> str | None:
        """No connection, or no answer from the queue yet."""
        return self._cluster.problem() or (None if self._polled else f"queue {self._name} has not answered yet")
