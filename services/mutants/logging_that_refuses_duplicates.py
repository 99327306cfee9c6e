"""A logging service that takes the same message again for another one of its id."""

from services import logging


class Strict(logging.Logging):
    """A log in which every id is new."""

    def add(self, message: logging.Message) -> tuple[str, bool]:
        """Puts the message; what was there is another one."""
        held, new = super().add(message)
        return (held if new else f"{held}, again"), new


if __name__ == "__main__":
    logging.Logging = Strict  # type: ignore[misc]
    logging.main()
