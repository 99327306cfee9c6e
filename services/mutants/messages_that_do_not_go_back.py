"""A messages service that forgets what it gives away, and reads on where the group was: half a replay."""

from services import messages
from services.queues import Store, kafka_source


class ReadingOn(kafka_source.KafkaSource):
    """A source that does not seek."""

    def _moved(self, store: Store) -> bool:
        self._assignment.assigned = []
        return super()._moved(store)


if __name__ == "__main__":
    kafka_source.KafkaSource = ReadingOn  # type: ignore[misc]
    messages.main()
