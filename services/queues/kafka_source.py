"""The queue as a Kafka topic, on its way out: a group consumer that commits after storing.

What may happen: a record is read again when its commit was lost or its partition moved before the commit. Read by the
same instance it is stored once, by id; read by another one it is held by both (at least once, never lost).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer
from kafka.errors import KafkaError

from services.logs import Log
from services.queues import Held, Store, decode
from services.queues.kafka import CLIENT, bootstrap, settings_of
from services.settings import Kafka

#: How often a client commits that does so by the clock. Only what nobody wants is tried with that.
AUTO_COMMIT_MS = 500
#: What decides whether a message may be lost or doubled: told in /settings.
_TOLD = ("enable_auto_commit", "auto_offset_reset")


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


@dataclass(frozen=True)
class Reading:
    """How a consumer reads.

    Attributes:
        session_timeout_ms: after which silence the group gives its partitions to others.
        replay: whether an assigned partition is read from its beginning again, and one that was revoked is forgotten:
            what this instance holds is then always its partitions' content, whatever died before.
        offset_reset: where a group without offsets begins, "earliest" or "latest".
        auto_commit: whether the client commits by the clock, and not the source once it has stored.
    """

    session_timeout_ms: int
    replay: bool = False
    offset_reset: str = "earliest"
    auto_commit: bool = False


class KafkaSource:
    """Takes messages off a Kafka topic as a member of a group.

    Args:
        settings: cluster and topic.
        group: the consumer group.
        reading: how it reads.
        log: where it tells what happened.
        work_s: how long it takes between taking and keeping what it was given at once, in seconds.
    """

    #: When it commits what it has read, unless the client does so by the clock.
    commits = "after storing"

    def __init__(self, settings: Kafka, group: str, reading: Reading, *, log: Log, work_s: float = 0.0) -> None:
        self._reading, self._work_s = reading, work_s
        self._settings, self._group, self._log = settings, group, log
        # A rebalance waits for members that died, for a session at most; a new coordinator takes about as long.
        self._patience_s = 2 * reading.session_timeout_ms / 1000 + 1
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
        session_ms = self._reading.session_timeout_ms
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap(self._settings),
            group_id=self._group,
            auto_offset_reset=self._reading.offset_reset,
            enable_auto_commit=self._reading.auto_commit,
            auto_commit_interval_ms=AUTO_COMMIT_MS,
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=session_ms // 3,
            request_timeout_ms=max(session_ms + 1000, 4000),
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
        if self._reading.replay and self._moved(store):
            return  # what was polled comes again, after the beginning of its partition
        taken = [held for records in polled.values() for record in records if (held := self._taken(record))]
        if polled:
            self._uncommitted = True
            time.sleep(self._work_s)
        for held in taken:
            self._store(store, held)
        if self._uncommitted and not self._reading.auto_commit:
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

    def _taken(self, record: Any) -> Held | None:
        """The message in a record, which from now on is in this instance's hands; None if it is none."""
        where = {"partition": record.partition, "offset": record.offset}
        try:
            held = decode(record.value, **where)
        except ValueError as error:
            self._log("not a message, skipped", error=repr(error), **where)
            return None
        self._log("taken", id=held.id)
        return held

    def _store(self, store: Store, held: Held) -> None:
        self._log("consumed", id=held.id, new=store.add(held), partition=held.partition, offset=held.offset)

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
        own = {
            "messages.commits": "by the clock" if self._reading.auto_commit else self.commits,
            "messages.from_beginning": str(self._reading.replay).lower(),
        }
        return {**settings_of("consumer", consumer.config, _TOLD), **own}

    def problem(self) -> str | None:
        """Why no messages can come now (no share of the topic yet), or None if they can."""
        return None if self._assignment.joined else f"not in the consumer group {self._group}"
