"""A facade that says of every message that the first logging instance took it."""

from services import facade, posting
from services.queues import Queued


class Misnaming(posting.Poster):
    """A poster that names one logging instance only."""

    async def post(self, *given: object, **more: object) -> tuple[str, Queued]:
        """The answer, with the wrong name."""
        _, queued = await super().post(*given, **more)  # type: ignore[arg-type]
        return "logging-1", queued


if __name__ == "__main__":
    facade.Poster = Misnaming  # type: ignore[attr-defined]
    facade.main()
