"""A messages service that says that it is healthy, and registers, before it takes part in its group."""

from services import messages
from services.queues import consuming


class Cheerful(consuming.Consuming):
    """A consumer without problems."""

    def problem(self) -> str | None:
        """No problem that anybody is told of."""


if __name__ == "__main__":
    messages.Consuming = Cheerful  # type: ignore[attr-defined]
    messages.main()
