"""A logging service that acknowledges a message before the map has said that it holds it."""

from services import logging


class Hasty(logging.Logging):
    """A log that sends and does not wait."""

    def add(self, message: logging.Message) -> tuple[str, bool]:
        """Has the message put."""
        self._map().put_if_absent(message.id, message.msg)
        self._log("put", id=message.id)
        with self._lock:
            self._received.setdefault(message.id)
        self._log("logged", id=message.id, new=True)
        return message.msg, True


if __name__ == "__main__":
    logging.Logging = Hasty  # type: ignore[misc]
    logging.main()
