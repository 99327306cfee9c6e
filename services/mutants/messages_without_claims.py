"""A messages service that looks at a Hazelcast queue's head, stores it, and has it removed, without claiming it."""

from typing import Any

from services import messages
from services.queues import hazelcast


class Unclaimed(hazelcast.HazelcastSource):
    """A source that takes what it sees."""

    def _is_mine(self, client: Any, entry: str) -> bool:
        return True


if __name__ == "__main__":
    hazelcast.HazelcastSource = Unclaimed  # type: ignore[misc]
    messages.main()
