"""A facade that says of every set of messages that it is the first instance's."""

from services import facade, reading


class Misnaming(reading.Reader):
    """A reader that names one messages instance only."""

    async def both(self) -> tuple[reading.Answer, reading.Answer]:
        """The answers, of which the second has the wrong name."""
        logging, messages = await super().both()
        return logging, reading.Answer(messages.source and "messages-1", messages.messages)


if __name__ == "__main__":
    facade.Reader = Misnaming  # type: ignore[attr-defined]
    facade.main()
