"""A messages service that replays what it gets, and keeps what it had to give away: both instances have it then."""

from services import messages, queues


class Keeping(queues.Store):
    """A store that forgets nothing."""

    def forget(self, partition: int) -> None:
        """Keeps what is another instance's now."""


if __name__ == "__main__":
    messages.Store = Keeping  # type: ignore[attr-defined]
    messages.main()
