"""A facade that sends records without a key: the same id again may come to another partition, and another instance."""

from typing import Any

from services import facade
from services.queues import encode, kafka


class Keyless(kafka.Sending):
    """A producer that leaves the partition to chance."""

    def send(self, topic: str, message_id: str, msg: str) -> Any:
        """Sends a message without a key."""
        return self._producer.send(topic, encode(message_id, msg).encode())


if __name__ == "__main__":
    kafka.Sending = Keyless  # type: ignore[misc]
    facade.main()
