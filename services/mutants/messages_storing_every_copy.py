"""A messages service that keeps every copy of a message that it reads, as a list would."""

from services import messages, queues
from services.queues import Held


class Everything(queues.Store):
    """A store that does not look at ids."""

    def add(self, held: Held) -> bool:
        """Stores the message under a number of its own."""
        with self._lock:
            self._held[f"{held.id}-{len(self._held)}"] = held
        return True


if __name__ == "__main__":
    messages.Store = Everything  # type: ignore[attr-defined]
    messages.main()
