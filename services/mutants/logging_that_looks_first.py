"""A logging service that looks whether an id is there and then puts its text: two that come at once are both put."""

import time

from services import logging
from services.hazelcast_client import result

#: Between the look and the put, in seconds.
_LATER_S = 0.05


class LookingFirst(logging.Logging):
    """A log that looks and puts in two steps."""

    def add(self, message: logging.Message) -> tuple[str, bool]:
        """Puts the message unless its id was there a moment ago."""
        if (before := result(self._map().get(message.id))) is not None:
            return before, False
        time.sleep(_LATER_S)
        result(self._map().set(message.id, message.msg))
        return message.msg, True


if __name__ == "__main__":
    logging.Logging = LookingFirst  # type: ignore[misc]
    logging.main()
