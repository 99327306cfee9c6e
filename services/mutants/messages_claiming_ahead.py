"""A messages service that claims all that it sees in a Hazelcast queue, and keeps one after the other.

A batch saves round trips; and whoever dies has the whole of it in its hands.
"""

from typing import Any

from services import messages
from services.hazelcast_client import result
from services.queues import Store, hazelcast


class ClaimingAhead(hazelcast.HazelcastSource):
    """A source that claims before it works off what it has claimed."""

    def step(self, store: Store) -> None:
        """Takes as many messages as there are."""
        client = self._cluster.client()
        queue: Any = client.get_queue(self._name)
        seen = result(queue.iterator())
        self._looked = True
        mine = [entry for entry in seen if self._is_mine(client, entry)]
        for entry in seen:
            result(queue.remove(entry))
        for entry in mine:
            self._store(store, entry)
        if not seen:
            self._ended.wait(hazelcast.EMPTY_S)


if __name__ == "__main__":
    hazelcast.HazelcastSource = ClaimingAhead  # type: ignore[misc]
    messages.main()
