"""A facade that looks at the length of a text when logging has it already."""

import os
import time

from services import facade, posting
from services.queues import Queued

_MOST = int(os.environ.get("MESSAGE_BYTES", "131072"))


class Late(posting.Poster):
    """A poster that refuses what is too long after half of the work."""

    async def post(self, message_id: str, msg: str, within_s: float) -> tuple[str, Queued]:
        """Logs the message, and then finds that the queue would not take it."""
        if len(msg.encode()) > _MOST:
            await self._log_it(message_id, msg, time.monotonic() + within_s)
            raise posting.PostError("the text is too long", stage="queue", unknown=False, status=413)
        return await super().post(message_id, msg, within_s)


if __name__ == "__main__":
    os.environ["MESSAGE_BYTES"] = "1000000000"
    facade.Poster = Late  # type: ignore[attr-defined]
    facade.main()
