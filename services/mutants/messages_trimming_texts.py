"""A messages service that takes spaces and line ends off the ends of a text."""

from dataclasses import replace

from services import messages, queues
from services.queues import Held


class Trimming(queues.Store):
    """A store of trimmed texts."""

    def add(self, held: Held) -> bool:
        """Stores what is left of the message."""
        return super().add(replace(held, msg=held.msg.strip()))


if __name__ == "__main__":
    messages.Store = Trimming  # type: ignore[attr-defined]
    messages.main()
