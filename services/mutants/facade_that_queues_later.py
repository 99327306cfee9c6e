"""A facade that acknowledges what logging holds, and puts it on the queue half a second later."""

import asyncio

from services import facade, posting
from services.queues import Queued

_LATER_S = 0.5


class Later(posting.Poster):
    """A poster that acknowledges before the queue has the message."""

    async def post(self, message_id: str, msg: str, within_s: float) -> tuple[str, Queued]:
        """Logs the message, and leaves the rest to a task that nobody waits for."""
        logged_by = await self._log_it(message_id, msg, asyncio.get_running_loop().time() + within_s)
        self._log("logged", id=message_id, by=logged_by)
        self._task = asyncio.create_task(self._queue_it(message_id, msg, within_s))
        return logged_by, Queued("kafka", "later")

    async def _queue_it(self, message_id: str, msg: str, within_s: float) -> None:
        await asyncio.sleep(_LATER_S)
        await asyncio.to_thread(self._queue.put, message_id, msg, within_s)
        self._log("queued", id=message_id)


if __name__ == "__main__":
    facade.Poster = Later  # type: ignore[attr-defined]
    facade.main()
