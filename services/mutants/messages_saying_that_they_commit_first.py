"""A messages service that commits before it stores, as another one does, and says so in its settings."""

from services import messages
from services.mutants.messages_committing_first import CommittingFirst
from services.queues import kafka_source


class SayingSo(CommittingFirst):
    """A source that commits a message before it has stored it, and does not deny it."""

    commits = "before storing"


if __name__ == "__main__":
    kafka_source.KafkaSource = SayingSo  # type: ignore[misc]
    messages.main()
