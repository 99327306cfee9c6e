"""A facade that puts every message on the queue twice, as a retry that does not look at the first answer would."""

from services import facade, posting
from services.queues import Producer, Queued


class Twice:
    """A producer that puts what it is given, and again."""

    def __init__(self, queue: Producer) -> None:
        self._queue = queue

    def put(self, message_id: str, msg: str, timeout_s: float) -> Queued:
        """Puts the message twice."""
        self._queue.put(message_id, msg, timeout_s)
        return self._queue.put(message_id, msg, timeout_s)


class Putting(posting.Poster):
    """A poster with such a producer."""

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        self._queue = Twice(self._queue)  # type: ignore[assignment]


if __name__ == "__main__":
    facade.Poster = Putting  # type: ignore[attr-defined]
    facade.main()
