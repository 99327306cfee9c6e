"""A reader in a process of its own, by whichever kafka-python is first on its path; it ends when its input does.

    python read.py '{"topic": ..., "group": ..., "poll_ms": ..., "settings": {...}}'

Without a group it reads all partitions from their beginnings; with one it is a member that has a listener. A poll waits
for as long as it is told, and 10 ms are between two. It writes a line of JSON for each share that the group gives it
({"assign": [partition, ...]}) and for each poll that brought something ({"poll": {partition: [[offset, value], ...]}}).
No module of the project is on its path.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition

_BETWEEN_S = 0.01


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells of each share."""

    def on_partitions_revoked(self, revoked: Any) -> None:
        """Has nothing to put in order."""

    def on_partitions_assigned(self, assigned: Any) -> None:
        tell({"assign": sorted(partition.partition for partition in assigned)})


def tell(what: object) -> None:
    """Writes a line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Reads until its input ends."""
    wanted = json.loads(sys.argv[1])
    topic, group = wanted["topic"], wanted["group"]
    consumer = KafkaConsumer(group_id=group, auto_offset_reset="earliest", **wanted["settings"])
    if group:
        consumer.subscribe([topic], listener=Listener())
    else:
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic))]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        tell({"assign": [partition.partition for partition in partitions]})
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    while not over.wait(_BETWEEN_S):
        polled = consumer.poll(timeout_ms=wanted["poll_ms"])
        if polled:
            tell({"poll": {at.partition: [(r.offset, int(r.value)) for r in share] for at, share in polled.items()}})


if __name__ == "__main__":
    main()
