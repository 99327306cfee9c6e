"""The elements of a topic: an `add` for each, acknowledged by all replicas in sync, and a `read` of all."""

from __future__ import annotations

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from harness.system import System
from tests.track_record.old_kafka.kind import OldKafka

_ANSWER_TIMEOUT_S = 60.0
#: The elements of one call are one batch in each partition.
_LINGER_MS = 500


class Elements:
    """A topic under a name of its own."""

    def __init__(self, system: System, *, partitions: int, replicas: int) -> None:
        self._cluster, self._history = system.clusters[OldKafka], system.history
        self.topic, self._count = system.new_name("elements"), partitions
        self._added = 0
        self._cluster.make_topic(self.topic, partitions=partitions, replicas=replicas)

    def add(self, count: int) -> None:
        """Adds so many more, to the partitions in turn; all have to be acknowledged."""
        producer = KafkaProducer(
            bootstrap_servers=self._cluster.addresses, acks="all", linger_ms=_LINGER_MS, enable_idempotence=False
        )
        try:
            elements = range(self._added, self._added + count)
            adds = {element: self._history.client().invoke("add", element) for element in elements}
            sent = {
                element: producer.send(self.topic, str(element).encode(), partition=element % self._count)
                for element in elements
            }
            for element, future in sent.items():
                future.get(timeout=_ANSWER_TIMEOUT_S)
                adds[element].ok(element)
            self._added += count
        finally:
            producer.close()

    def read(self) -> None:
        """Reads all that the partitions' leaders have."""
        operation = self._history.client().invoke("read")
        consumer = KafkaConsumer(bootstrap_servers=self._cluster.addresses, auto_offset_reset="earliest")
        try:
            whole = [TopicPartition(self.topic, number) for number in range(self._count)]
            consumer.assign(whole)
            consumer.seek_to_beginning(*whole)
            count, elements = sum(consumer.end_offsets(whole).values()), []
            while len(elements) < count:
                for records in consumer.poll(timeout_ms=1000).values():
                    elements += [int(record.value) for record in records]
            operation.ok(elements)
        finally:
            consumer.close()
