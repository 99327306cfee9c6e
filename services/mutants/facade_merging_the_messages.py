"""A facade whose GET puts the sets of all messages instances together and says that they are one's."""

from services import facade, reading


class Merging(reading.Reader):
    """A reader that asks a few messages instances and merges what they hold."""

    async def both(self) -> tuple[reading.Answer, reading.Answer]:
        """Logging's answer, and the union of several messages answers under the last one's name."""
        merged: dict[str, reading.Message] = {}
        for _ in range(10):
            logging, messages = await super().both()
            merged.update((message.id, message) for message in messages.messages)
        return logging, reading.Answer(messages.source, list(merged.values()))


if __name__ == "__main__":
    facade.Reader = Merging  # type: ignore[attr-defined]
    facade.main()
