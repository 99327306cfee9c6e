"""A facade that returns the messages of an instance without saying whose they are."""

from services import facade, reading


class Nameless(reading.Reader):
    """A reader that leaves the messages instance's name out."""

    async def both(self) -> tuple[reading.Answer, reading.Answer]:
        """The answers, of which the second has no name."""
        logging, messages = await super().both()
        return logging, reading.Answer(None, messages.messages)


if __name__ == "__main__":
    facade.Reader = Nameless  # type: ignore[attr-defined]
    facade.main()
