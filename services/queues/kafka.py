"""The queue as a Kafka topic, on its way in: an idempotent producer.

What may happen: an id that is posted again after an unknown outcome makes a second record; its key takes it to the same
partition.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from functools import partial
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from services.logs import Log
from services.parts import NotConnectedError, Reconnecting
from services.queues import NotQueuedError, Queued, encode
from services.settings import Kafka

#: A leader election takes about 3 s: a message waits for it in the producer that long, then the outcome is unknown.
DELIVERY_MS, REQUEST_MS = 3000, 1500
#: So long a message waits for the producer to know its topic, and for the producer itself where one was given up: the
#: next one is there a tenth of a second later, and a post that comes in between would be refused for nothing.
BLOCK_MS = 1000
#: A send that is this much later than its limit shows that the producer itself has failed.
GRACE_MS = 500
#: How long a connection may take. A dead container's address refuses nothing: with kafka-python's 10 s the members of
#: a group go on trying their dead coordinator until their session is over, and what they read and did not commit is
#: read again by others. Neither consumer nor producer takes this setting, but they take a client that has it.
CONNECT_MS = 1000
_CLIENT = partial(
    KafkaNetClient,
    socket_connection_setup_timeout_ms=CONNECT_MS,
    socket_connection_setup_timeout_max_ms=CONNECT_MS,
)
#: What decides whether a message may be lost or doubled: told in /settings.
_TOLD = ("acks", "enable_idempotence")
#: Found again soon: brokers, new leaders, and a topic that is made after the service has started.
CLIENT: dict[str, Any] = {
    "reconnect_backoff_ms": 50,
    "reconnect_backoff_max_ms": 500,
    "retry_backoff_ms": 100,
    "metadata_max_age_ms": 2000,
    # For one broker, chosen at random: a client that begins with a dead one turns to another after this.
    "bootstrap_timeout_ms": 500,
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
    "kafka_client": _CLIENT,
}


def bootstrap(settings: Kafka) -> list[str]:
    """The brokers' addresses as clients take them."""
    return [str(address) for address in settings.bootstrap]


class Sending:
    """A producer and its sends: a send belongs to the producer that it was given to, whichever came since.

    Args:
        producer: the client.
        log: where it tells what happened.
    """

    def __init__(self, producer: KafkaProducer, log: Log) -> None:
        self._producer, self._log = producer, log
        self._sent: deque[tuple[float, Any]] = deque()
        self._lock = threading.Lock()

    def send(self, topic: str, message_id: str, msg: str) -> Any:
        """Sends a message, keyed by id; gives what will be known of it.

        Raises:
            KafkaError: it was not sent.
        """
        future = self._producer.send(topic, encode(message_id, msg).encode(), key=message_id.encode())
        with self._lock:
            self._sent.append((time.monotonic(), future))
        return future

    @property
    def alive(self) -> bool:
        """Whether the outcome of every send was known within its delivery limit.

        kafka-python 3.0.12 can stop sending for good after it lost a leader, without failing a send or ending its
        thread (seen here: ten minutes, while a new producer worked at once). So a send that outlives its limit means
        that this producer is of no more use.
        """
        with self._lock:
            while self._sent and self._sent[0][1].is_done:
                self._sent.popleft()
            late = bool(self._sent) and time.monotonic() - self._sent[0][0] > (DELIVERY_MS + GRACE_MS) / 1000
        return self._producer._sender.is_alive() and not late

    def settings(self) -> dict[str, str]:
        """The settings that the producer has."""
        return settings_of("producer", self._producer.config, _TOLD)

    def close(self, within_s: float) -> None:
        """Closes the producer; what it still holds has an unknown outcome, which its senders are told."""
        with self._lock:
            waiting = sum(not future.is_done for _, future in self._sent)
        if waiting:
            manager = self._producer._transaction_manager
            in_flight = manager.has_in_flight_transactional_request() if manager else None
            self._log("producer given up", unanswered=waiting, waits_for_producer_id=in_flight)
        try:
            self._producer.close(timeout=0.0 if waiting else within_s)
        except KafkaError:
            self._producer._sender.force_close()


class KafkaProducing:
    """The part that puts messages on a Kafka topic.

    Args:
        settings: cluster and topic.
        acks: "all"; "1" and "0" are for mutants, which then lose idempotence too.
        log: where it tells what happened.
    """

    def __init__(self, settings: Kafka, acks: str, log: Log) -> None:
        self._settings, self._acks, self._log = settings, acks, log
        self._kept: Reconnecting[Sending] = Reconnecting(
            f"Kafka topic {settings.topic}",
            make=self._make,
            alive=lambda sending: sending.alive,
            close=Sending.close,
            log=log,
        )
        self.start, self.problem, self.stop = self._kept.start, self._kept.problem, self._kept.stop

    def settings(self) -> dict[str, str]:
        """The settings that the producer has."""
        try:
            return self._kept.get().settings()
        except NotConnectedError:
            return {}

    def put(self, message_id: str, msg: str, timeout_s: float) -> Queued:
        """Sends a message and waits for the acknowledgement."""
        end = time.monotonic() + timeout_s
        try:
            sending = self._kept.get(min(timeout_s, BLOCK_MS / 1000))
            future = sending.send(self._settings.topic, message_id, msg)
        except (NotConnectedError, KafkaError) as error:
            raise NotQueuedError(repr(error), unknown=False) from error
        try:
            record = future.get(timeout=max(end - time.monotonic(), 0.0))
        except KafkaError as error:
            raise NotQueuedError(repr(error), unknown=True) from error
        # Without an acknowledgement nobody knows the offset: the client counts from -1 within a batch.
        offset = record.offset if self._acks != "0" else -1
        return Queued("kafka", record.topic, record.partition, offset)

    def _make(self) -> Sending:
        safe = self._acks == "all"
        producer = KafkaProducer(
            bootstrap_servers=bootstrap(self._settings),
            acks="all" if safe else int(self._acks),
            enable_idempotence=safe,
            delivery_timeout_ms=DELIVERY_MS,
            request_timeout_ms=REQUEST_MS,
            max_block_ms=BLOCK_MS,
            linger_ms=0,
            **CLIENT,
        )
        try:
            producer.partitions_for(self._settings.topic)
        except BaseException:
            producer.close(timeout=0.2)
            raise
        return Sending(producer, self._log)


def settings_of(client: str, config: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """Some settings of a client, as Kafka's documentation writes their values."""
    values = {name: "all" if (name, config[name]) == ("acks", -1) else config[name] for name in names}
    return {f"kafka.{client}.{name}": str(value).lower() for name, value in values.items()}
