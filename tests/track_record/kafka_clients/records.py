"""Records of a topic: sent by the harness' own kafka-python or another release, read by another release.

The operations are those of `harness.checkers.partition_log`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer

from harness.backends.protocol import Node
from harness.errors import AwaitTimeoutError
from harness.history import Client, Invoked
from harness.servers.kafka import Kafka
from harness.servers.kafka.workloads.client import log_name
from harness.servers.kafka.workloads.consuming import read_all
from harness.system import System
from harness.waiting import until
from tests.track_record.kafka_clients.process import ClientProcess

_SEND_TIMEOUT_S = 60.0
_POLL_MS = 200


class Records:
    """A topic of one partition or more, under a name of its own; the records are numbers."""

    def __init__(
        self, system: System, *, partitions: int, configs: Mapping[str, str] | None = None, made: bool = True
    ) -> None:
        """The topic is there from now on, or once it is made."""
        self._system = system
        self._partitions = partitions
        self._configs = configs
        self.topic = system.new_name("records")
        self.sent = 0
        if made:
            self.make()

    def make(self) -> None:
        """Makes the topic."""
        self._system.clusters[Kafka].create_topic(self.topic, partitions=self._partitions, configs=self._configs)

    def send(self, count: int, *, size: int = 1, without: Collection[str] = ()) -> None:
        """Sends so many more, each in a batch of its own, to the partitions in turn; all have to be acknowledged.

        Args:
            count: how many.
            size: of each, in bytes; there are zeros before the number.
            without: the names of brokers that are not asked who leads.
        """
        client = self._system.history.client()
        asked = [node.endpoint("external") for node in self._brokers if node.spec.name not in without]
        producer = KafkaProducer(bootstrap_servers=asked, acks="all")
        try:
            for partition, value in self._next(count):
                operation = client.invoke("send", sent := {"log": log_name(partition), "value": value, "offset": None})
                content = str(value).zfill(size).encode()
                record = producer.send(self.topic, content, partition=partition).get(timeout=_SEND_TIMEOUT_S)
                operation.ok({**sent, "offset": record.offset})
        finally:
            producer.close()

    def read(self, *, isolation: str = "read_uncommitted") -> None:
        """Reads everything that is there, or what is committed of it, by the harness' own kafka-python."""
        read_all(self._brokers, self.topic, self._partitions, isolation=isolation, history=self._system.history)

    def reader(self, release: str, *, group: str | None = None, poll_ms: int = _POLL_MS, **settings: object) -> Reader:
        """Starts a reader of a release, with settings of its own; it ends with the scenario."""
        wanted = {"topic": self.topic, "group": group, "poll_ms": poll_ms}
        told = {**wanted, "settings": {"bootstrap_servers": self.addresses, **settings}}
        reader = Reader(release, told, self._system.history.client())
        self._system.at_end(reader.end)
        return reader

    def writer(self, release: str, **settings: object) -> Writer:
        """Starts a producer of a release, with settings of its own; it ends with the scenario."""
        wanted = {"topic": self.topic, "settings": {"bootstrap_servers": self.addresses, **settings}}
        writer = Writer(release, wanted, self._system, self._next)
        self._system.at_end(writer.end)
        return writer

    def _next(self, count: int) -> Sequence[tuple[int, int]]:
        """The partitions and values of so many more records."""
        values = range(self.sent, self.sent + count)
        self.sent += count
        return [(value % self._partitions, value) for value in values]

    @property
    def addresses(self) -> list[str]:
        """Where clients find the brokers."""
        return [node.endpoint("external") for node in self._brokers]

    @property
    def _brokers(self) -> Sequence[Node]:
        return self._system.clusters[Kafka].nodes


class Reader:
    """A process that reads; what it says of its polls is recorded."""

    def __init__(self, release: str, wanted: Mapping[str, object], client: Client) -> None:
        self._client = client
        self.share: Sequence[int] = ()
        self.count = 0
        self._process = ClientProcess.of_python("read.py", release, wanted, self._note)

    def end(self) -> None:
        """Ends the process."""
        self._process.end()

    def _note(self, said: Mapping[str, Any]) -> None:
        if "assign" in said:
            logs = [log_name(partition) for partition in said["assign"]]
            self._client.invoke("assign", logs).ok(logs)
            self.share = tuple(said["assign"])
            return
        records = {log_name(int(partition)): records for partition, records in said["poll"].items()}
        self._client.invoke("poll").ok(records)
        self.count += sum(map(len, records.values()))


class Writer:
    """A process that sends; what it says of its records is recorded, each as an operation of a client of its own."""

    def __init__(self, release: str, wanted: Mapping[str, object], system: System, more: Any) -> None:
        self._history = system.history
        self._more = more
        self._under_way: dict[int, Invoked] = {}
        self._sent: dict[int, Mapping[str, object]] = {}
        self._process = ClientProcess.of_python("write.py", release, wanted, self._note)

    @property
    def under_way(self) -> int:
        """How many records are not answered."""
        return len(self._under_way)

    def send(self, count: int) -> None:
        """Has it send so many more, at once."""
        records = self._more(count)
        for partition, value in records:
            sent = self._sent[value] = {"log": log_name(partition), "value": value, "offset": None}
            self._under_way[value] = self._history.client().invoke("send", sent)
        self._process.tell(records)

    def end(self) -> None:
        """Ends the process, whatever is under way."""
        self._process.end()

    def _note(self, said: Mapping[str, Any]) -> None:
        operation = self._under_way.pop(said["value"])
        if "error" in said:
            operation.info(said["error"])
        else:
            operation.ok({**self._sent[said["value"]], "offset": said["offset"]})


def await_read(readers: Sequence[Reader], count: int, *, timeout_s: float) -> None:
    """Waits until readers have read so many records together.

    Raises:
        AwaitTimeoutError: they don't within `timeout_s` seconds.
    """
    read = f"{count} records to be read"
    until(read, lambda: sum(reader.count for reader in readers), lambda sum_: sum_ >= count, timeout_s=timeout_s)


def settle(readers: Sequence[Reader], count: int, *, patience_s: float) -> None:
    """Gives readers the time to read so many records together, and ends them; what is missing a checker has to find."""
    with suppress(AwaitTimeoutError):
        await_read(readers, count, timeout_s=patience_s)
    for reader in readers:
        reader.end()
