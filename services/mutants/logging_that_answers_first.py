"""A logging service that says that it has a message, and then puts it into the map."""

import threading
import time

from services import logging


class AnsweringFirst(logging.Logging):
    """A log that is written behind its answers."""

    def add(self, message: logging.Message) -> tuple[str, bool]:
        """Says that it has the message, and leaves the work to a thread that nobody waits for."""
        self._log("put", id=message.id)
        threading.Thread(target=self._add, args=(message,), daemon=True).start()
        return message.msg, True

    def _add(self, message: logging.Message) -> None:
        time.sleep(self._work_s)
        super().add(message)


if __name__ == "__main__":
    logging.Logging = AnsweringFirst  # type: ignore[misc]
    logging.main()
