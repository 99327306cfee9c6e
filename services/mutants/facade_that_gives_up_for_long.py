"""A facade with a circuit breaker that opens once: after a post that took longer than a second it refuses for 45 s."""

import time

from services import facade, posting
from services.queues import Queued

_SLOW_S, _OPEN_S = 1.0, 45.0


class Breaking(posting.Poster):
    """A poster that posts nothing for a while after the first post that was slow."""

    _closed_again = 0.0

    async def post(self, message_id: str, msg: str, within_s: float) -> tuple[str, Queued]:
        """Posts the message, unless an earlier one was slow."""
        if (began := time.monotonic()) < self._closed_again:
            raise posting.PostError("the circuit breaker is open", stage="logging", unknown=False)
        try:
            return await super().post(message_id, msg, within_s)
        finally:
            if not self._closed_again and time.monotonic() - began > _SLOW_S:
                self._closed_again = time.monotonic() + _OPEN_S


if __name__ == "__main__":
    facade.Poster = Breaking  # type: ignore[attr-defined]
    facade.main()
