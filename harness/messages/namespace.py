"""The names that one scenario of the suite works under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.servers.hazelcast.spec import NO_BACKUP

QueueKind = Literal["kafka", "hazelcast"]
#: The queue that a scenario is about: "any" for whichever there is, or none.
QueueOfScenario = Literal["kafka", "hazelcast", "any"]


@dataclass(frozen=True)
class Namespace:
    """The names that one scenario works under, so that it sees nothing of an earlier one.

    Attributes:
        id: unique per scenario, part of every name.
        queue: which server carries the messages.
        hazelcast_queue: its name; a scenario may choose one whose partition a certain member owns.
        backups: whether the map and the Hazelcast queue have one.
        replay: whether a messages instance reads its Kafka partitions from the beginning whenever it gets them.
    """

    id: str
    queue: QueueKind = "kafka"
    hazelcast_queue: str = ""
    backups: bool = True
    replay: bool = False

    @property
    def has_queue(self) -> bool:
        """Whether messages come over a queue at all."""
        return True

    @property
    def topic(self) -> str:
        """The Kafka topic of this scenario."""
        return f"messages-{self.id}"

    @property
    def group(self) -> str:
        """The consumer group of this scenario."""
        return f"messages-{self.id}"

    @property
    def map(self) -> str:
        """The Hazelcast map that logging writes to; empty where nobody knows it."""
        return f"{self._prefix}logging-{self.id}"

    @property
    def queue_name(self) -> str:
        """The Hazelcast queue of this scenario."""
        return self.hazelcast_queue or f"{self._prefix}messages-{self.id}"

    @property
    def claims(self) -> str:
        """The Hazelcast map that says who has taken what off the queue of this scenario (services.queues.hazelcast)."""
        return f"{self.queue_name}-claims"

    @property
    def _prefix(self) -> str:
        return "" if self.backups else NO_BACKUP
