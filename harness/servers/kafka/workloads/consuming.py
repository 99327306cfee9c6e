"""Readers of the log workload: members of a group, and one who reads everything at last. Each records its polls."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from harness.backends.protocol import Node
from harness.history import Client, History, Invoked
from harness.load import Tally
from harness.servers.kafka.workloads import client
from harness.waiting import until

_POLL_MS, _MOST = 200, 1000
#: How long the last reader may take for everything, in seconds.
_READ_ALL_S = 60.0


class _Share(ConsumerRebalanceListener):  # type: ignore[misc]
    """Records, in the middle of a poll, that the group has given its consumer another share."""

    def __init__(self, history: History) -> None:
        self._client: Client = history.client()
        self._poll: Invoked | None = None
        self.out_since: float | None = time.monotonic()

    def poll(self, consumer: KafkaConsumer) -> int:
        """Polls once; gives how many records came."""
        self._poll = self._client.invoke("poll")
        try:
            polled = consumer.poll(timeout_ms=_POLL_MS, max_records=_MOST)
        except KafkaError as error:
            self._poll.info(repr(error))
            return 0
        self._poll.ok(_records(polled))
        return sum(map(len, polled.values()))

    def on_partitions_revoked(self, revoked: Any) -> None:
        self.out_since = self.out_since or time.monotonic()

    def on_partitions_assigned(self, assigned: Any) -> None:
        # What the poll brings is of the new share: the one before it has brought nothing.
        self.out_since = None
        if self._poll:
            self._poll.ok({})
        logs = sorted(client.log_name(partition.partition) for partition in assigned)
        self._client.invoke("assign", logs).ok(logs)
        self._poll = self._client.invoke("poll")


class Consumer:
    """A member of a consumer group, which a thread runs; it commits what it has read, and is made anew if it wedges."""

    def __init__(
        self,
        brokers: Sequence[Node],
        topic: str,
        group: str,
        *,
        isolation: str,
        session_ms: int,
        history: History,
        tally: Tally,
    ) -> None:
        self._brokers, self._topic, self._group = brokers, topic, group
        self._session_ms, self._isolation = session_ms, isolation
        self._history, self._tally = history, tally

    def run(self, stop: threading.Event) -> None:
        """Reads until it is to stop."""
        while not stop.is_set():
            consumer: KafkaConsumer | None = None
            try:
                consumer = self._connected()
                self._read_with(consumer, stop)
            except KafkaError:  # no broker answers now
                stop.wait(_POLL_MS / 1000)
            finally:
                if consumer:
                    consumer.close(autocommit=False, timeout_ms=400)

    def _read_with(self, consumer: KafkaConsumer, stop: threading.Event) -> None:
        """Reads by one client until it is to stop, or the client has been without a share for too long."""
        share = _Share(self._history)
        consumer.subscribe([self._topic], listener=share)
        # A rebalance waits for members that died, for a session at most; a new coordinator takes about as long.
        patience_s = 2 * self._session_ms / 1000 + 1
        while not stop.is_set():
            if share.out_since and time.monotonic() - share.out_since > patience_s:
                return
            if count := share.poll(consumer):
                for _ in range(count):
                    self._tally.count("ok")
                consumer.commit_async()

    def _connected(self) -> KafkaConsumer:
        return KafkaConsumer(
            group_id=self._group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level=self._isolation,
            session_timeout_ms=self._session_ms,
            heartbeat_interval_ms=self._session_ms // 3,
            request_timeout_ms=max(self._session_ms + 1000, 4000),
            fetch_max_wait_ms=_POLL_MS,
            **client.settings(self._brokers),
        )


def read_all(brokers: Sequence[Node], topic: str, partitions: int, *, isolation: str, history: History) -> int:
    """Reads a topic from its beginning to its present end, with a consumer of no group; gives how many records came.

    For one that reads only what is committed, the end is below the first record of a transaction that is still open.

    Raises:
        AwaitTimeoutError: it did not get to the end.
    """
    consumer = KafkaConsumer(
        enable_auto_commit=False, isolation_level=isolation, request_timeout_ms=4000, **client.settings(brokers)
    )
    try:
        whole = [TopicPartition(topic, number) for number in range(partitions)]
        ends = until(
            f"the ends of {topic}", lambda: consumer.end_offsets(whole, timeout_ms=3000), timeout_s=_READ_ALL_S
        )
        consumer.assign(whole)
        consumer.seek_to_beginning(*whole)
        reader = history.client()
        counts: list[int] = []

        def behind() -> Mapping[str, int]:
            operation = reader.invoke("poll")
            polled = consumer.poll(timeout_ms=_POLL_MS, max_records=_MOST)
            operation.ok(_records(polled))
            counts.append(sum(map(len, polled.values())))
            at = {partition: consumer.position(partition, timeout_ms=1000) for partition in whole}
            return {client.log_name(partition.partition): ends[partition] - at[partition] for partition in whole}

        until(
            f"the last reader to be at the end of {topic}",
            behind,
            lambda left: all(count <= 0 for count in left.values()),
            timeout_s=_READ_ALL_S,
            interval_s=0,
        )
        return sum(counts)
    finally:
        consumer.close(autocommit=False, timeout_ms=400)


def _records(polled: Mapping[Any, Sequence[Any]]) -> Mapping[str, Sequence[tuple[int, int]]]:
    return {
        client.log_name(partition.partition): [(record.offset, int(record.value)) for record in records]
        for partition, records in polled.items()
    }
