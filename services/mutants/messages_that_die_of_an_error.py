"""A messages service whose consumer ends with the first error of its client, and is not opened again."""

from services import messages
from services.queues import consuming


class Frail(consuming.Consuming):
    """A consumer that gives up."""

    def _run(self) -> None:
        try:
            self._consume()
        except Exception as error:
            self._log("consumer ended on an error", error=repr(error))


if __name__ == "__main__":
    messages.Consuming = Frail  # type: ignore[attr-defined]
    messages.main()
