"""A facade that posts an id while it is being posted already, for a client that has given up waiting and asks again."""

import time

from services import facade, once


class AtOnce(once.Once[facade.Accepted]):
    """A way to post that lets nobody wait."""

    async def post(self, message_id: str, msg: str) -> facade.Accepted:
        """Posts at once, unless the answer is known."""
        text, answer = self._answers.get(message_id, (None, None))
        if answer is None or text != msg:
            end = time.monotonic() + self._deadline_s
            answer = await self._post(message_id, msg, end - time.monotonic())
            self._remember(message_id, msg, answer)
        return answer


if __name__ == "__main__":
    facade.Once = AtOnce  # type: ignore[assignment,attr-defined]
    facade.main()
