"""Producers of the log workload: they send numbers to the partitions of a topic, many at once, and record each send.

A send is ok once the brokers acknowledged it, with the offset unless nobody tells it (acks=0); info if it was given to
the client and nobody knows what became of it; fail if the client did not take it.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from kafka import KafkaProducer
from kafka.errors import KafkaError

from harness.backends.protocol import Node
from harness.guarantees import Settings
from harness.history import Client, History, Invoked
from harness.load import Pace, Tally
from harness.servers.kafka.workloads import client

#: A leader election takes about 3 s: a record waits for it in the client that long, then nobody knows its outcome.
_DELIVERY_MS, _REQUEST_MS = 3000, 1500
#: What a transaction has of time before its coordinator aborts it, and how long a producer waits for a coordinator.
_TRANSACTION_MS, _COORDINATOR_MS = 10_000, 5000
#: A send that is this much later than its limit shows that the client itself has failed (decision 4).
LATE_S = _DELIVERY_MS / 1000 + 1.0
#: How often a producer looks whether it is to end, in seconds.
LOOK_S = 0.1


@dataclass(frozen=True)
class Sending:
    """How producers send.

    Attributes:
        acks: whose word makes a record acknowledged: that of all replicas in sync, the leader's, or nobody's.
        a_second: sends a second of all producers together, whatever is answered; None: as fast as they are answered.
        under_way: how many of them a producer has under way at most.
        transaction: how many sends are one transaction; 0: there are none.
        lives_s: after so many seconds a producer drops its client with all that is under way, as a process that dies
            does, and goes on with a new one; None: it keeps the client for as long as that works.
        request_s: how long a request waits for its answer.
        digits: in how many digits each number is written at least; so many bytes a record has beside its head.
        seed: of the choice of partitions.
    """

    acks: Literal["all", "1", "0"] = "all"
    a_second: float | None = None
    under_way: int = 200
    transaction: int = 0
    lives_s: float | None = None
    request_s: float = _REQUEST_MS / 1000
    digits: int = 1
    seed: int = 1

    def written(self, value: int) -> bytes:
        """The number as a record has it."""
        return str(value).zfill(self.digits).encode()

    @property
    def declared(self) -> Settings:
        """The settings that decide what may be lost, by their names in Kafka's documentation."""
        return {
            "kafka.producer.acks": self.acks,
            "kafka.producer.enable_idempotence": str(self.acks == "all").lower(),
        }


def told_by(producer: KafkaProducer) -> Settings:
    """The settings that decide what may be lost, as a producer has them."""
    acks = producer.config["acks"]
    return {
        "kafka.producer.acks": "all" if acks == -1 else str(acks),
        "kafka.producer.enable_idempotence": str(producer.config["enable_idempotence"]).lower(),
    }


def connected(brokers: Sequence[Node], sending: Sending, *, name: str | None = None) -> KafkaProducer:
    """A producer's client; one that sends transactions has a name.

    Raises:
        KafkaError: no broker answers.
    """
    request_ms = round(sending.request_s * 1000)
    return KafkaProducer(
        acks="all" if sending.acks == "all" else int(sending.acks),
        enable_idempotence=sending.acks == "all",
        delivery_timeout_ms=_DELIVERY_MS + request_ms - _REQUEST_MS,
        request_timeout_ms=request_ms,
        max_block_ms=1000 if name is None else _COORDINATOR_MS,
        transactional_id=name,
        transaction_timeout_ms=_TRANSACTION_MS,
        linger_ms=5,
        **client.settings(brokers),
    )


def end(producer: KafkaProducer, *, given_up: bool) -> None:
    """Closes a producer's client: once what it has under way is answered, or at once, if it is given up."""
    try:
        producer.close(timeout=0 if given_up else LATE_S)
    except KafkaError:
        # It does not close before what is under way, and would try again when it is collected.
        producer._sender.force_close()
        producer._closed = True


@dataclass(frozen=True)
class Sends:
    """What the producers of a topic share.

    Attributes:
        brokers: with which a client may begin.
        topic: to which they send.
        partitions: how many it has.
        values: gives each number once.
        history: where each send is recorded.
        tally: where its outcome is counted.
        held: the partition of each acknowledged record.
    """

    brokers: Sequence[Node]
    topic: str
    partitions: int
    values: Iterator[int]
    history: History
    tally: Tally
    held: list[int] = field(default_factory=list)


class Producer:
    """One producer, which a thread runs: one client after the other."""

    def __init__(self, sends: Sends, sending: Sending, *, number: int, of: int) -> None:
        """The `number`th `of` so many."""
        self._sends, self._sending = sends, sending
        self._a_second = sending.a_second / of if sending.a_second else None
        self._choice = random.Random(f"{sending.seed} {number}")

    def run(self, stop: threading.Event) -> None:
        """Sends until it is to stop; then it waits for what is under way."""
        pace = Pace(self._a_second, stop)
        while not stop.is_set():
            try:
                producer = connected(self._sends.brokers, self._sending)
            except KafkaError:  # none of the brokers answers now
                stop.wait(LOOK_S)
            else:
                _Life(producer, self._sends, self._sending, self._partition).run(pace, stop)

    def _partition(self) -> int:
        return self._choice.randrange(self._sends.partitions)


class _Life:
    """What a producer does by one client. What it has under way when that ends has an unknown outcome."""

    def __init__(self, producer: KafkaProducer, sends: Sends, sending: Sending, partition: Callable[[], int]) -> None:
        self._producer, self._sends, self._sending, self._partition = producer, sends, sending, partition
        self._free: queue.SimpleQueue[Client] = queue.SimpleQueue()
        for _ in range(sending.under_way):
            self._free.put(sends.history.client())
        self._sent: deque[tuple[float, Any]] = deque()
        self._ends_s = time.monotonic() + (sending.lives_s or threading.TIMEOUT_MAX)

    def run(self, pace: Pace, stop: threading.Event) -> None:
        """Sends until it is to stop, the client has failed, or its time is over."""
        while not stop.is_set() and not self._is_late() and time.monotonic() < self._ends_s:
            pace.await_next()
            try:
                free = self._free.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            self._send(free)
        end(self._producer, given_up=not stop.is_set() or self._is_late())

    def _send(self, free: Client) -> None:
        partition, value = self._partition(), next(self._sends.values)
        operation = free.invoke("send", {"log": client.log_name(partition), "value": value})
        try:
            future = self._producer.send(self._sends.topic, self._sending.written(value), partition=partition)
        except KafkaError as error:
            operation.fail(repr(error))
            self._ended(operation, free)
            return
        self._sent.append((time.monotonic(), future))
        future.add_callback(self._acknowledged, operation, free, value)
        future.add_errback(self._unknown, operation, free)

    def _acknowledged(self, operation: Invoked, free: Client, value: int, record: Any) -> None:
        # Without an acknowledgement nobody knows the offset: the client counts from -1 within a batch.
        offset = None if self._sending.acks == "0" else record.offset
        operation.ok({"log": client.log_name(record.partition), "value": value, "offset": offset})
        self._sends.held.append(record.partition)
        self._ended(operation, free)

    def _unknown(self, operation: Invoked, free: Client, error: Exception) -> None:
        operation.info(repr(error))
        self._ended(operation, free)

    def _ended(self, operation: Invoked, free: Client) -> None:
        assert operation.completed
        self._sends.tally.count(operation.completed)
        self._free.put(free)

    def _is_late(self) -> bool:
        """Whether a send is under way for longer than the client lets one be: then the client has failed."""
        while self._sent and self._sent[0][1].is_done:
            self._sent.popleft()
        return bool(self._sent) and time.monotonic() - self._sent[0][0] > LATE_S
