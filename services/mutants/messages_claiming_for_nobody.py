"""A messages service whose claims say nobody's name: one that was made and not answered is taken for another's."""

from typing import Any
from uuid import uuid4

from services import messages
from services.queues import hazelcast


class Anonymous(hazelcast.HazelcastSource):
    """A source that does not know its own claims."""

    def _is_mine(self, client: Any, entry: str) -> bool:
        self._me = uuid4().hex
        return super()._is_mine(client, entry)


if __name__ == "__main__":
    hazelcast.HazelcastSource = Anonymous  # type: ignore[misc]
    messages.main()
