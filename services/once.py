"""Posts each id once: requests of one id take turns, and an acknowledged one gets the answer that it had before."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from services.posting import PostError

T = TypeVar("T")
#: How many acknowledged ids are remembered.
REMEMBERED = 10_000


class Once(Generic[T]):
    """Posts a message unless it is acknowledged already or under way, which is waited for.

    A client that gives up waiting and asks again, while its first request is still under way, would otherwise have its
    message in the queue twice. If the first one fails, the next one has its try.

    Args:
        post: does it, under an id, with a text, in so many seconds; gives the answer.
        deadline_s: how long it may take with the waiting, in seconds.
    """

    def __init__(self, post: Callable[[str, str, float], Awaitable[T]], *, deadline_s: float) -> None:
        self._post, self._deadline_s = post, deadline_s
        self._answers: OrderedDict[str, tuple[str, T]] = OrderedDict()
        # A lock is there for as long as a request holds it or waits for it.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def post(self, message_id: str, msg: str) -> T:
        """The answer to this post, or the one that the same message was given before.

        Raises:
            PostError: it is not surely done, by this request or by those before it.
        """
        end = time.monotonic() + self._deadline_s
        turn = self._turns.setdefault(message_id, asyncio.Lock())
        try:
            async with asyncio.timeout(self._deadline_s):
                await turn.acquire()
        except TimeoutError as error:
            raise PostError(f"id {message_id} is still being posted", stage="turn", unknown=True) from error
        try:
            text, answer = self._answers.get(message_id, (None, None))
            if answer is None or text != msg:
                answer = await self._post(message_id, msg, end - time.monotonic())
                self._remember(message_id, msg, answer)
            return answer
        finally:
            turn.release()

    def _remember(self, message_id: str, msg: str, answer: T) -> None:
        self._answers[message_id] = (msg, answer)
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
