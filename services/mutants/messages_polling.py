"""A messages service that polls a Hazelcast queue: an item whose answer is lost on its way is gone."""

from services import messages
from services.hazelcast_client import result
from services.queues import Store, hazelcast


class Polling(hazelcast.HazelcastSource):
    """A source that takes a message off the queue before it has it."""

    def step(self, store: Store) -> None:
        """Polls one message, and stores it."""
        entry = result(self._cluster.client().get_queue(self._name).poll())
        self._looked = True
        if entry is None:
            self._ended.wait(hazelcast.EMPTY_S)
            return
        self._store(store, entry)


if __name__ == "__main__":
    hazelcast.HazelcastSource = Polling  # type: ignore[misc]
    messages.main()
