"""A messages service that commits what it has read, then works on it, then stores it; what it can't commit it leaves.

At most once: auto-commit does that where another thread does the work, and a loop that logs the error of a commit and
goes on with what comes next.
"""

import time
from typing import Any

from services import messages
from services.queues import Held, Store, kafka_source

#: What it does with one message before it stores it, in seconds.
_WORK_S = 0.01


class CommittingFirst(kafka_source.KafkaSource):
    """A source that commits a message before it has stored it."""

    def _taken(self, record: Any) -> Held | None:
        self._uncommitted = True
        self._commit()
        if self._uncommitted:
            self._uncommitted = False
            return None
        return super()._taken(record)

    def _store(self, store: Store, held: Held) -> None:
        time.sleep(_WORK_S)
        super()._store(store, held)


if __name__ == "__main__":
    kafka_source.KafkaSource = CommittingFirst  # type: ignore[misc]
    messages.main()
