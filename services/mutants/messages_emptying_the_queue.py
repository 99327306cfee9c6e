"""A messages service that leaves a Hazelcast queue empty once it has taken all that was in it."""

from typing import Any

from services import messages
from services.queues import hazelcast


class Emptying(hazelcast.HazelcastSource):
    """A source that puts nothing behind what it has removed."""

    def _put_behind(self, queue: Any) -> None:
        self._ended.wait(hazelcast.EMPTY_S)


if __name__ == "__main__":
    hazelcast.HazelcastSource = Emptying  # type: ignore[misc]
    messages.main()
