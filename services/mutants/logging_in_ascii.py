"""A logging service that drops all that is not ASCII."""

from services import logging


class Ascii(logging.Logging):
    """A log of ASCII."""

    def add(self, message: logging.Message) -> tuple[str, bool]:
        """Puts what is left of the message."""
        left = logging.Message(message.id, message.msg.encode("ascii", errors="ignore").decode())
        held, new = super().add(left)
        return (message.msg if held == left.msg else held), new


if __name__ == "__main__":
    logging.Logging = Ascii  # type: ignore[misc]
    logging.main()
