"""A messages service that takes 7 s for each of the first messages that it keeps, as one does whose disk is cold."""

import time

from services import messages, queues
from services.queues import Held

_SLOW, _EACH_S = 4, 7.0


class Slow(queues.Store):
    """A store that is slow at first."""

    def add(self, held: Held) -> bool:
        """Waits, and stores a message."""
        if len(self.all()) < _SLOW:
            time.sleep(_EACH_S)
        return super().add(held)


if __name__ == "__main__":
    messages.Store = Slow  # type: ignore[attr-defined]
    messages.main()
