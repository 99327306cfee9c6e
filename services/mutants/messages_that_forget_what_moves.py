"""A messages service that drops what it has of a partition that moves, without replay: nobody reads it again."""

from services import messages
from services.queues import Store, kafka_source


class Dropping(kafka_source.KafkaSource):
    """A source that forgets with every rebalance."""

    def step(self, store: Store) -> None:
        """Polls and stores, and drops what was revoked."""
        super().step(store)
        revoked, self._assignment.revoked = self._assignment.revoked, []
        for partition in revoked:
            store.forget(partition)


if __name__ == "__main__":
    kafka_source.KafkaSource = Dropping  # type: ignore[misc]
    messages.main()
