"""A facade whose GET shows a message of logging twice, as two pages of a list that overlap would."""

from services import facade, reading


class Overlapping(reading.Reader):
    """A reader of overlapping pages."""

    async def both(self) -> tuple[reading.Answer, reading.Answer]:
        """The answers, of which the first has one message twice."""
        logging, messages = await super().both()
        return reading.Answer(logging.source, [*logging.messages, *logging.messages[:1]]), messages


if __name__ == "__main__":
    facade.Reader = Overlapping  # type: ignore[attr-defined]
    facade.main()
