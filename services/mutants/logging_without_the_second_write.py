"""A logging service that is content with a text that is there already, whether or not the backup has it."""

from services import logging
from services.hazelcast_client import result


class Content(logging.Logging):
    """A log that writes once."""

    def add(self, message: logging.Message) -> tuple[str, bool]:
        """Puts the message unless its id is there."""
        before = result(self._map().put_if_absent(message.id, message.msg))
        self._log("put", id=message.id)
        with self._lock:
            self._received.setdefault(message.id)
        self._log("logged", id=message.id, new=before is None)
        return (message.msg if before is None else before), before is None


if __name__ == "__main__":
    logging.Logging = Content  # type: ignore[misc]
    logging.main()
