"""A facade whose GET shows the messages of an instance sorted by what they say."""

from services import facade, reading


class Sorting(reading.Reader):
    """A reader that sorts what a messages instance holds."""

    async def both(self) -> tuple[reading.Answer, reading.Answer]:
        """The answers, of which the second is in an order of its own."""
        logging, messages = await super().both()
        ordered = sorted(messages.messages, key=lambda message: message.msg)
        return logging, reading.Answer(messages.source, ordered)


if __name__ == "__main__":
    facade.Reader = Sorting  # type: ignore[attr-defined]
    facade.main()
