"""A facade that keeps logging's first answer that was not empty, as a cache without an end would."""

from services import facade, reading


class Stale(reading.Reader):
    """A reader that remembers logging's first answer."""

    _kept: reading.Answer | None = None

    async def both(self) -> tuple[reading.Answer, reading.Answer]:
        """The answers, of which the logging part is the first that held anything."""
        logging, messages = await super().both()
        if self._kept is None and logging.messages:
            self._kept = logging
        return self._kept or logging, messages


if __name__ == "__main__":
    facade.Reader = Stale  # type: ignore[attr-defined]
    facade.main()
