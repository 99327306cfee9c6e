"""The end of a broker's log, to be torn off: of the partition of a topic to which it wrote last."""

from __future__ import annotations

from harness.faults.torn_tail import TornTail
from harness.servers.kafka.segments import segments_of


def torn_log(topic: str, *, size: int = 1000, inverted: bool = False) -> TornTail:
    """The fault that kills brokers, and tears the end off the segment of a topic to which each of them wrote last.

    Args:
        topic: the topic.
        size: how many bytes, at the most.
        inverted: whether these are inverted, in place of cut off.
    """
    return TornTail(segments_of(topic), size=size, inverted=inverted)
