"""A facade whose producer is not idempotent: a batch that is sent again may be there twice, or out of order."""

from typing import Any

from kafka import KafkaProducer

from services import facade
from services.queues import kafka


def plain(**settings: Any) -> Any:
    """A producer that numbers no batch."""
    return KafkaProducer(**{**settings, "enable_idempotence": False})


if __name__ == "__main__":
    kafka.KafkaProducer = plain  # type: ignore[attr-defined]
    facade.main()
