"""A logging service that believes an answer of the map with fewer entries than the map had before."""

from services import logging
from services.hazelcast_client import result


class Credulous(logging.Logging):
    """A log that takes the map at its word."""

    def all(self) -> list[logging.Message]:
        """What the map says that it holds."""
        return [logging.Message(id=key, msg=value) for key, value in sorted(result(self._map().entry_set()))]


if __name__ == "__main__":
    logging.Logging = Credulous  # type: ignore[misc]
    logging.main()
