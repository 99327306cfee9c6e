"""A messages service that never commits: whoever gets a partition next reads all of it again."""

from services import messages
from services.queues import kafka_source


class Uncommitted(kafka_source.KafkaSource):
    """A source that tells the group nothing."""

    def _commit(self) -> None:
        self._uncommitted = False


if __name__ == "__main__":
    kafka_source.KafkaSource = Uncommitted  # type: ignore[misc]
    messages.main()
