"""Reads what a broker has of a partition from its files, from outside: also of one that is dead, and asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kafka.record import MemoryRecords

from harness.backends.protocol import Node
from harness.errors import EnvironmentUnfitError

#: The folder of a broker's files among the node's data, and the file in it that every broker has.
_FOLDER, _ALWAYS_THERE = "kafka", "meta.properties"
#: Of a partition from which nothing was ever removed, the first segment; the others begin after a gigabyte.
_FIRST = f"{0:020}.log"
#: The type of a time that is the producer's.
_CREATED = 0


@dataclass(frozen=True)
class Stored:
    """A record as a broker has it on its disk.

    Attributes:
        partition, offset: its place.
        value: what it holds.
        made_ms: when its producer made it, by the producer's clock, in milliseconds since 1970; None if the topic has
            the time at which brokers took it instead (message.timestamp.type).
    """

    partition: int
    offset: int
    value: bytes
    made_ms: int | None = None


def segments_of(topic: str) -> str:
    """The paths of the segments of a topic among a broker's data, as a pattern, whatever the partition."""
    return f"{_FOLDER}/{topic}-*/*.log"


def stored(broker: Node, topic: str, partition: int) -> Iterator[Stored]:
    """The records of a partition in a broker's first segment, which is all that a scenario's topic has.

    Followers have what they have fetched, and a leader that died keeps what nobody fetched. A broker without a replica
    has none.

    Raises:
        EnvironmentUnfitError: the broker's files can't be read, or are not where ours has them.
    """
    content = broker.read_data(f"{_FOLDER}/{topic}-{partition}/{_FIRST}")
    if content is None and broker.read_data(f"{_FOLDER}/{_ALWAYS_THERE}") is None:
        raise EnvironmentUnfitError(f"{broker.spec.name} has its files elsewhere, or none")
    yield from records(content or b"", partition)


def records(content: bytes, partition: int) -> Iterator[Stored]:
    """The records of a segment; one that was being written, at its end, is none yet."""
    batches = MemoryRecords(content)
    while batches.has_next():
        batch = batches.next_batch()
        # What keeps transactions apart is no record of anybody's.
        if not getattr(batch, "is_control_batch", False):
            for record in batch:
                made_ms = record.timestamp if record.timestamp_type == _CREATED else None
                yield Stored(partition, record.offset, bytes(record.value or b""), made_ms)
