"""A facade that says that the queue surely has not got a message, and goes on trying to put it there."""

import asyncio

from services import facade, posting
from services.queues import NotQueuedError, Queued

_LATER_S = 0.5
_TASKS: set[asyncio.Task[None]] = set()


class Persistent(posting.Poster):
    """A poster that does not leave it at a refusal."""

    async def post(self, message_id: str, msg: str, within_s: float) -> tuple[str, Queued]:
        """Posts the message; what was surely not put on the queue is left to a task that nobody waits for."""
        try:
            return await super().post(message_id, msg, within_s)
        except posting.PostError as error:
            if error.stage == "queue" and not error.unknown:
                _TASKS.add(asyncio.create_task(self._queue_it(message_id, msg)))
            raise

    async def _queue_it(self, message_id: str, msg: str) -> None:
        while True:
            await asyncio.sleep(_LATER_S)
            try:
                await asyncio.to_thread(self._queue.put, message_id, msg, _LATER_S)
            except NotQueuedError:
                continue
            return


if __name__ == "__main__":
    facade.Poster = Persistent  # type: ignore[attr-defined]
    facade.main()
