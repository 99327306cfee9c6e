"""Producers of the log workload that send in transactions: some are given up on purpose, whatever becomes of others.

A send is ok once its transaction has been committed, with its offset; fail if the transaction was given up; info if
nobody knows whether it was committed. Who reads only what is committed sees the first and none of the second
(Kafka documentation, "Using Transactions").
"""

from __future__ import annotations

import random
import threading
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from harness.history import Client, Invoked
from harness.load import Pace
from harness.servers.kafka.workloads import client
from harness.servers.kafka.workloads.producing import LATE_S, LOOK_S, Sending, Sends, connected, end

#: How long a producer waits for the word on a transaction's end, in seconds: a new coordinator takes about 3.
_END_MS = 8000
#: How many of the transactions are given up on purpose.
_GIVEN_UP = 0.1


def transactional_id(topic: str, number: int) -> str:
    """The name under which a producer, by its number from 0, has its transactions."""
    return f"{topic}-{number}"


class TransactionalProducer:
    """One producer, which a thread runs; a new client of its name ends what the one before it has left open."""

    def __init__(self, sends: Sends, sending: Sending, *, number: int, of: int) -> None:
        """The `number`th `of` so many."""
        self._sends, self._sending = sends, sending
        self._a_second = sending.a_second / of if sending.a_second else None
        self._choice = random.Random(f"{sending.seed} {number}")
        self._name = transactional_id(sends.topic, number)
        self._clients = [sends.history.client() for _ in range(sending.transaction)]
        self._left_open = False

    def run(self, stop: threading.Event) -> None:
        """Sends transactions until it is to stop, and until none is left open."""
        pace = Pace(self._a_second, stop)
        while not stop.is_set() or self._left_open:
            try:
                producer = self._begun()
            except KafkaError:  # no broker answers now, or no coordinator
                stop.wait(LOOK_S)
                continue
            self._left_open = False
            try:
                while not stop.is_set():
                    self._transact(producer, pace)
            except KafkaError:
                self._left_open = True
            finally:
                end(producer, given_up=self._left_open)

    def _begun(self) -> KafkaProducer:
        """A client of this producer's name: whatever an earlier one has left open is over.

        Raises:
            KafkaError: no broker answers, or the coordinator can't be had.
        """
        producer = connected(self._sends.brokers, self._sending, name=self._name)
        try:
            producer.init_transactions()
        except BaseException:
            end(producer, given_up=True)
            raise
        return producer

    def _transact(self, producer: KafkaProducer, pace: Pace) -> None:
        """Sends one transaction and commits it, or gives it up.

        Raises:
            KafkaError: the client is of no more use; what became of the sends is recorded.
        """
        producer.begin_transaction()
        transaction = _Transaction(producer, self._sends, self._sending)
        try:
            for each in self._clients:
                pace.await_next()
                transaction.send(each, self._choice.randrange(self._sends.partitions))
            if self._choice.random() < _GIVEN_UP:
                transaction.give_up()
            else:
                transaction.commit()
        finally:
            transaction.end()


class _Transaction:
    """The sends of one transaction."""

    def __init__(self, producer: KafkaProducer, sends: Sends, sending: Sending) -> None:
        self._producer, self._sends, self._sending = producer, sends, sending
        self._sent: list[Invoked] = []
        self._placed: list[tuple[int, int, Any]] = []
        self._asked = False

    def send(self, free: Client, partition: int) -> None:
        """Sends one more number.

        Raises:
            KafkaError: the client did not take it.
        """
        value = next(self._sends.values)
        self._sent.append(free.invoke("send", {"log": client.log_name(partition), "value": value}))
        future = self._producer.send(self._sends.topic, self._sending.written(value), partition=partition)
        self._placed.append((partition, value, future))

    def commit(self) -> None:
        """Has the transaction committed, once all that was sent is at its brokers.

        kafka-python 3.0.12 commits also what lacks a record whose time was over, and says nothing (track record).

        Raises:
            KafkaError: it was not, or nobody knows.
        """
        self._await_records()
        self._asked = True
        self._await(self._producer._transaction_manager.begin_commit())
        for operation, (partition, value, future) in zip(self._sent, self._placed, strict=True):
            operation.ok({"log": client.log_name(partition), "value": value, "offset": future.value.offset})
            self._sends.held.append(partition)

    def give_up(self) -> None:
        """Has the transaction aborted, once all that was sent is at its brokers: what they never had nobody could read.

        Raises:
            KafkaError: nobody said that it was; it will be when its time is over.
        """
        self._await_records()
        self._await(self._producer._transaction_manager.begin_abort())

    def _await_records(self) -> None:
        for _, _, future in self._placed:
            future.get(timeout=LATE_S)

    def _await(self, result: Any) -> None:
        # Not the client's own methods: those wait without limit.
        self._producer._sender.wakeup()
        if not result.wait(timeout_ms=_END_MS):
            raise KafkaTimeoutError(f"no word on the transaction's end within {_END_MS} ms")

    def end(self) -> None:
        """Records what became of the sends that were not acknowledged."""
        for operation in self._sent:
            if operation.completed is None and self._asked:
                operation.info("nobody knows whether its transaction was committed")
            elif operation.completed is None:
                operation.fail("its transaction was not committed")
            assert operation.completed
            self._sends.tally.count(operation.completed)
