"""A messages service that keeps what a poll gave when it has polled again.

A client that commits by the clock does so at a poll, what the polls before it had given: that is not kept here by then.
"""

from services import messages
from services.queues import Held, Store, kafka_source


class KeepingLate(kafka_source.KafkaSource):
    """A source that is one poll behind with what it keeps."""

    _polled: tuple[Held, ...] = ()

    def step(self, store: Store) -> None:
        """Polls, and keeps what the poll before had given."""
        before, self._polled = self._polled, ()
        super().step(store)
        for held in before:
            super()._store(store, held)

    def _store(self, store: Store, held: Held) -> None:
        self._polled += (held,)


if __name__ == "__main__":
    kafka_source.KafkaSource = KeepingLate  # type: ignore[misc]
    messages.main()
