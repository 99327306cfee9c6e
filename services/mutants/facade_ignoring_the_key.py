"""A facade that gives every post an id of its own, whatever id the client sent."""

from uuid import uuid4

from services import facade, posting
from services.queues import Queued


class Renaming(posting.Poster):
    """A poster that logs and queues every message under a new id."""

    async def post(self, message_id: str, msg: str, within_s: float) -> tuple[str, Queued]:
        """Posts the message under a new id."""
        return await super().post(str(uuid4()), msg, within_s)


if __name__ == "__main__":
    facade.Poster = Renaming  # type: ignore[attr-defined]
    facade.main()
