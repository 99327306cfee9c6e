"""The queue as a Kafka topic: an idempotent producer, and a group consumer that commits after storing.

What may happen: a record is read again when its commit was lost or its partition moved before the commit. Read by the
same instance it is stored once, by id; read by another one it is held by both (at least once, never lost). An id that
is posted again after an unknown outcome makes a second record; its key takes it to the same partition.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from functools import partial
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from services.logs import Log
from services.parts import NotConnectedError, Reconnecting
from services.queues import NotQueuedError, Queued, Store, decode, encode
from services.settings import Kafka

#: A leader election takes about 3 s: a message waits for it in the producer that long, then the outcome is unknown.
DELIVERY_MS, REQUEST_MS = 3000, 1500
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
_TOLD_OF_PRODUCERS = ("acks", "enable_idempotence")
_TOLD_OF_CONSUMERS = ("enable_auto_commit", "auto_offset_reset")
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


def _bootstrap(settings: Kafka) -> list[str]:
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
        return _told("producer", self._producer.config, _TOLD_OF_PRODUCERS)

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
        try:
            future = self._kept.get().send(self._settings.topic, message_id, msg)
        except (NotConnectedError, KafkaError) as error:
            raise NotQueuedError(repr(error), unknown=False) from error
        try:
            record = future.get(timeout=max(timeout_s, 0.0))
        except KafkaError as error:
            raise NotQueuedError(repr(error), unknown=True) from error
        return Queued("kafka", record.topic, record.partition, record.offset)

    def _make(self) -> Sending:
        safe = self._acks == "all"
        producer = KafkaProducer(
            bootstrap_servers=_bootstrap(self._settings),
            acks="all" if safe else int(self._acks),
            enable_idempotence=safe,
            delivery_timeout_ms=DELIVERY_MS,
            request_timeout_ms=REQUEST_MS,
            max_block_ms=1000,
            linger_ms=0,
            **CLIENT,
        )
        try:
            producer.partitions_for(self._settings.topic)
        except BaseException:
            producer.close(timeout=0.2)
            raise
        return Sending(producer, self._log)


def _told(client: str, config: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """Some settings of a client, as Kafka's documentation writes their values."""
    values = {name: "all" if (name, config[name]) == ("acks", -1) else config[name] for name in names}
    return {f"kafka.{client}.{name}": str(value).lower() for name, value in values.items()}


class OutOfGroupError(Exception):
    """The consumer has been without a share for too long."""


class UnknownTopicError(Exception):
    """The brokers do not know the topic yet."""


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes whether the group has given this consumer its share (which may be no partition), and since when not."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.joined = False
        self.revoked: list[int] = []
        self.assigned: list[Any] = []
        self._out_since = time.monotonic()

    @property
    def out_s(self) -> float:
        """The number of seconds for which the consumer has had no share."""
        return 0.0 if self.joined else time.monotonic() - self._out_since

    def on_partitions_revoked(self, revoked: Any) -> None:
        self.joined = False
        self._out_since = time.monotonic()
        self.revoked += [partition.partition for partition in revoked]

    def on_partitions_assigned(self, assigned: Any) -> None:
        self.joined = True
        self.assigned = list(assigned)
        self._log("assigned", partitions=sorted(partition.partition for partition in assigned))


class KafkaSource:
    """Takes messages off a Kafka topic as a member of a group.

    Args:
        settings: cluster and topic.
        group: the consumer group.
        session_timeout_ms: after which silence the group gives its partitions to others.
        replay: whether an assigned partition is read from its beginning again, and one that was revoked is forgotten:
            what this instance holds is then always its partitions' content, whatever died before.
        work_s: how long it takes between taking and keeping a message, in seconds.
        log: where it tells what happened.
    """

    #: When it commits what it has read.
    commits = "after storing"

    def __init__(
        self, settings: Kafka, group: str, session_timeout_ms: int, *, replay: bool, log: Log, work_s: float = 0.0
    ) -> None:
        self._replay, self._work_s = replay, work_s
        self._settings, self._group, self._session_ms, self._log = settings, group, session_timeout_ms, log
        # A rebalance waits for members that died, for a session at most; a new coordinator takes about as long.
        self._patience_s = 2 * session_timeout_ms / 1000 + 1
        self._consumer: KafkaConsumer | None = None
        self._assignment = _Assignment(log)
        self._uncommitted = False

    def open(self) -> None:
        """Makes the client and subscribes.

        Raises:
            UnknownTopicError: there is no such topic yet. A client that joined its group all the same would be given no
                partition, and might wedge in the rebalance that follows once the topic is known (see `step`).
        """
        self._assignment = _Assignment(self._log)
        self._consumer = KafkaConsumer(
            bootstrap_servers=_bootstrap(self._settings),
            group_id=self._group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=self._session_ms,
            heartbeat_interval_ms=self._session_ms // 3,
            request_timeout_ms=max(self._session_ms + 1000, 4000),
            fetch_max_wait_ms=200,
            **CLIENT,
        )
        if not self._consumer.partitions_for_topic(self._settings.topic):
            raise UnknownTopicError(f"no broker knows the topic {self._settings.topic} yet")
        self._consumer.subscribe([self._settings.topic], listener=self._assignment)

    def step(self, store: Store) -> None:
        """Polls, stores, then commits: a crash in between means reading again, never losing.

        Raises:
            OutOfGroupError: this client will not find back into the group. kafka-python 3.0.12 can wedge in a
                rebalance: its heartbeats end, it never joins again, and every poll returns nothing. A new client joins
                at once.
        """
        assert self._consumer is not None
        if self._assignment.out_s > self._patience_s:
            raise OutOfGroupError(f"no share of {self._settings.topic} for {self._patience_s:g} s")
        polled = self._consumer.poll(timeout_ms=200, max_records=100)
        if self._replay and self._moved(store):
            return  # what was polled comes again, after the beginning of its partition
        for records in polled.values():
            for record in records:
                self._uncommitted = True
                self._store(store, record)
        if self._uncommitted:
            self._commit()

    def _moved(self, store: Store) -> bool:
        """Acts on a rebalance since the last step: forgets what was revoked, goes to the beginning of the rest."""
        assert self._consumer is not None
        revoked, self._assignment.revoked = self._assignment.revoked, []
        assigned, self._assignment.assigned = self._assignment.assigned, []
        for partition in revoked:
            store.forget(partition)
        if assigned:
            self._consumer.seek_to_beginning(*assigned)
        return bool(assigned)

    def _store(self, store: Store, record: Any) -> None:
        where = {"partition": record.partition, "offset": record.offset}
        try:
            held = decode(record.value, **where)
        except ValueError as error:
            self._log("not a message, skipped", error=repr(error), **where)
            return
        self._log("taken", id=held.id)
        time.sleep(self._work_s)
        self._log("consumed", id=held.id, new=store.add(held), **where)

    def _commit(self) -> None:
        assert self._consumer is not None
        try:
            self._consumer.commit(timeout_ms=1000)
            self._uncommitted = False
        except KafkaError as error:  # tried again at the next step; after a rebalance the new owner reads them again
            self._log("not committed", error=repr(error))

    def close(self) -> None:
        """Leaves the group."""
        consumer, self._consumer = self._consumer, None
        self._assignment.joined = False
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=400)

    def end(self, within_s: float) -> None:
        """Drops nothing: nothing outlives `close`."""

    def settings(self) -> dict[str, str]:
        """The settings that the consumer has."""
        consumer = self._consumer
        if consumer is None:
            return {}
        own = {"messages.commits": self.commits, "messages.from_beginning": str(self._replay).lower()}
        return {**_told("consumer", consumer.config, _TOLD_OF_CONSUMERS), **own}

    def problem(self) -> str | None:
        """Why no messages can come now (no share of the topic yet), or None if they can."""
        return None if self._assignment.joined else f"not in the consumer group {self._group}"
