"""A facade that keeps the text of a request where the next request overwrites it."""

import asyncio

from services import facade, posting
from services.queues import Queued


class Sharing(posting.Poster):
    """A poster with one place for the text of all requests."""

    _msg = ""

    async def post(self, message_id: str, msg: str, within_s: float) -> tuple[str, Queued]:
        """Posts the text of the latest request under the id of this one."""
        self._msg = msg
        await asyncio.sleep(0)
        return await super().post(message_id, self._msg, within_s)


if __name__ == "__main__":
    facade.Poster = Sharing  # type: ignore[attr-defined]
    facade.main()
