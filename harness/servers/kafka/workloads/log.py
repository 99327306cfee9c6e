"""The log workload: producers that send to a topic, a group of consumers that reads it, and one who reads all at last.

Guarantee under test: what was acknowledged stays where it was put, once and in order. `harness.checkers.partition_log`
names the operations. The consumers and the last reader poll; a consumer whose share is set anew records that as
`assign`.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

from kafka.errors import KafkaError

from harness.given.settings import refuse_other_settings
from harness.guarantees import SETTINGS, Settings
from harness.load import Tally
from harness.readback import ask, compared
from harness.servers.kafka.kind import Kafka
from harness.servers.kafka.timings import session_ms
from harness.servers.kafka.workloads.consuming import Consumer, read_all
from harness.servers.kafka.workloads.producing import Producer, Sending, Sends, connected, told_by
from harness.servers.kafka.workloads.transacting import TransactionalProducer, transactional_id
from harness.system import System
from harness.waiting import until

#: Whom the settings are asked of.
_BROKERS, _PRODUCER = "the Kafka brokers", "a producer"
#: A client asks one broker, chosen at random, for half a second; so long others are tried, in seconds.
_ASK_S = 10.0
#: How long brokers that reach each other may be of different opinions, in seconds.
_AGREE_S = 20.0


@dataclass(frozen=True)
class Traffic:
    """What the producers and consumers of a log have done so far, to be read while they work.

    Attributes:
        sends: how many sends ended how.
        read: how many records consumers got.
        partitions: the partition of each acknowledged record.
    """

    sends: Tally
    read: Tally
    partitions: Sequence[int]


class Log:
    """A topic, whoever sends to it, and whoever reads it."""

    def __init__(
        self,
        system: System,
        *,
        partitions: int = 3,
        settings: Mapping[str, str] | None = None,
        sending: Sending | None = None,
    ) -> None:
        """A new topic.

        Args:
            system: where it is.
            partitions: how many it has.
            settings: topic settings of its own, such as {"min.insync.replicas": "1"}.
            sending: how its producers send; as the safest do, unless it is said.
        """
        self._view = system.clusters[Kafka]
        self._history = system.history
        self._session_ms = session_ms(system.timings)
        self._sending, self._partitions = sending or Sending(), partitions
        self._values = itertools.count(1)
        self.topic, self.group = system.new_name("log"), system.new_name("readers")
        self._view.create_topic(self.topic, partitions=partitions, configs=settings)
        self._note_settings(settings or {})

    @contextmanager
    def traffic(self, *, producers: int = 2, consumers: int = 2) -> Iterator[Traffic]:
        """Sends and reads in the background while the block lasts; its end waits for the answers to what was sent."""
        stop, brokers = threading.Event(), self._view.running()
        sends = Sends(brokers, self.topic, self._partitions, self._values, self._history, Tally("sends"))
        read = Tally("records")
        kind = TransactionalProducer if self._sending.transaction else Producer
        working = [kind(sends, self._sending, number=number, of=producers).run for number in range(producers)]
        for _ in range(consumers):
            reader = Consumer(
                brokers,
                self.topic,
                self.group,
                isolation=self._isolation,
                session_ms=self._session_ms,
                history=self._history,
                tally=read,
            )
            working.append(reader.run)
        with ThreadPoolExecutor(len(working)) as pool:
            running = [pool.submit(work, stop) for work in working]
            try:
                yield Traffic(sends.tally, read, sends.held)
            finally:
                stop.set()
        for future in running:
            future.result()

    def name_of(self, producer: int) -> str:
        """The transactional id of a producer, by its number from 0."""
        return transactional_id(self.topic, producer)

    def read(self) -> int:
        """Reads the whole topic once more with a consumer of no group; gives how many records it holds.

        Not before the brokers agree who leads: one that led, and does not know yet that it does so no more, would tell
        the reader an end that is none.

        Raises:
            AwaitTimeoutError: they did not agree, or it did not get to the end.
        """
        until(f"the brokers to agree who leads {self.topic}", lambda: self._view.agreed(self.topic), timeout_s=_AGREE_S)
        brokers = self._view.running()
        return read_all(brokers, self.topic, self._partitions, isolation=self._isolation, history=self._history)

    @property
    def _isolation(self) -> str:
        return "read_committed" if self._sending.transaction else "read_uncommitted"

    def _note_settings(self, of_the_topic: Settings) -> None:
        """Records the settings that the topic and the producers were to have, and those that they have."""
        declared = {f"kafka.topic.{name}": value for name, value in of_the_topic.items()}
        answers = ask({_BROKERS: lambda: self._view.settings_of(self.topic), _PRODUCER: self._told_by_a_producer})
        # Nobody declares to a workload what a topic has by default: what may be lost follows from what it has.
        of_the_brokers = answers.settings.get(_BROKERS, {})
        recorded = compared({**of_the_brokers, **declared, **self._sending.declared}, answers)
        self._history.event(SETTINGS, recorded)
        refuse_other_settings(self._view.nodes, recorded)

    def _told_by_a_producer(self) -> Settings:
        """The settings of a producer that is made as all of them are.

        Raises:
            AwaitTimeoutError: no broker lets it in.
        """
        producer = until(
            "a broker to let a producer in",
            lambda: connected(self._view.running(), self._sending),
            lambda _: True,
            timeout_s=_ASK_S,
            passing=(KafkaError,),
        )
        with closing(producer):
            return told_by(producer)
