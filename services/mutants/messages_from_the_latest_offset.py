"""A messages service whose group begins at the latest offset: what was sent before its first start is never read.

It is kafka-python's default, and found in public systems of this kind.
"""

from typing import Any

from kafka import KafkaConsumer

from services import messages
from services.queues import kafka_source


def from_the_latest(**settings: Any) -> Any:
    """A consumer that skips what is there already."""
    return KafkaConsumer(**{**settings, "auto_offset_reset": "latest"})


if __name__ == "__main__":
    kafka_source.KafkaConsumer = from_the_latest  # type: ignore[attr-defined]
    messages.main()
