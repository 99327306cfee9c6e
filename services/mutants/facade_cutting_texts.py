"""A facade that passes on the first three letters of a text, as a column that is too narrow would."""

from services import facade, posting
from services.queues import Queued


class Cutting(posting.Poster):
    """A poster that cuts every text."""

    async def post(self, message_id: str, msg: str, within_s: float) -> tuple[str, Queued]:
        """Posts what is left of the text."""
        return await super().post(message_id, msg[:3], within_s)


if __name__ == "__main__":
    facade.Poster = Cutting  # type: ignore[attr-defined]
    facade.main()
