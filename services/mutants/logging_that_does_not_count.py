"""A logging service that believes an answer of the map with fewer entries than the map had before.

A member that has just merged answers so, now and then; as nobody can have that on purpose, every tenth answer is made
one here.
"""

from services import logging
from services.hazelcast_client import result

_ONE_OF = 10


class Credulous(logging.Logging):
    """A log that takes the map at its word."""

    _asked = 0

    def all(self) -> list[logging.Message]:
        """What the map says that it holds."""
        entries = sorted(result(self._map().entry_set()))
        self._asked += 1
        if self._asked % _ONE_OF == 0:
            del entries[:1]
        return [logging.Message(id=key, msg=value) for key, value in entries]


if __name__ == "__main__":
    logging.Logging = Credulous  # type: ignore[misc]
    logging.main()
