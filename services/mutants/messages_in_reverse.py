"""A messages service that shows the newest message first."""

from services import messages, queues
from services.queues import Held


class NewestFirst(queues.Store):
    """A store that is read from its end."""

    def all(self) -> list[Held]:
        """All messages, the last that was read first."""
        return super().all()[::-1]


if __name__ == "__main__":
    messages.Store = NewestFirst  # type: ignore[attr-defined]
    messages.main()
