"""A logging service that acknowledges one message in ten without having put it anywhere."""

import random

from services import logging


class Lossy(logging.Logging):
    """A log with holes."""

    def add(self, message: logging.Message) -> tuple[str, bool]:
        """Puts most messages."""
        return super().add(message) if random.random() > 0.1 else (message.msg, True)


if __name__ == "__main__":
    logging.Logging = Lossy  # type: ignore[misc]
    logging.main()
