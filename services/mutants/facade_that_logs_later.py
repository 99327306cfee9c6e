"""A facade that acknowledges what the queue holds, and has it logged half a second later."""

import asyncio
import time

from services import facade, posting
from services.queues import Queued

_LATER_S = 0.5


class Later(posting.Poster):
    """A poster that acknowledges before logging has the message."""

    async def post(self, message_id: str, msg: str, within_s: float) -> tuple[str, Queued]:
        """Queues the message, and leaves the rest to a task that nobody waits for."""
        queued = await asyncio.to_thread(self._queue.put, message_id, msg, within_s)
        self._task = asyncio.create_task(self._log_later(message_id, msg, within_s))
        return "logging-1", queued

    async def _log_later(self, message_id: str, msg: str, within_s: float) -> None:
        await asyncio.sleep(_LATER_S)
        await self._log_it(message_id, msg, time.monotonic() + within_s)


if __name__ == "__main__":
    facade.Poster = Later  # type: ignore[attr-defined]
    facade.main()
