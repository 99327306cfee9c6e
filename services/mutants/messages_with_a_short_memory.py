"""A messages service that keeps the newest messages only, as a cache with a bound would."""

from services import messages, queues
from services.queues import Held

_MOST = 20


class Short(queues.Store):
    """A store of the newest messages."""

    def add(self, held: Held) -> bool:
        """Stores a message, and forgets the oldest."""
        new = super().add(held)
        with self._lock:
            while len(self._held) > _MOST:
                del self._held[next(iter(self._held))]
        return new


if __name__ == "__main__":
    messages.Store = Short  # type: ignore[attr-defined]
    messages.main()
