"""The facade's POST: to one logging instance, failing over to the next, then to the queue, within one deadline."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

import httpx

from services.directory import Directory
from services.failover import NOT_REACHED, in_turn, limits
from services.logs import Log
from services.queues import NotQueuedError, Producer, Queued

#: How often each logging instance is tried, and the pause in seconds before all are tried again.
ROUNDS, PAUSE_S = 5, 0.1
#: Left for the queue when logging has taken long, in seconds.
QUEUE_SHARE_S = 1.0
#: How far a message got: to wait for an earlier request of its id, to a logging instance, to the queue.
Stage = Literal["turn", "logging", "queue"]


class PostError(Exception):
    """The message was not acknowledged at `stage`; `unknown` if it may be there all the same."""

    def __init__(self, message: str, *, stage: Stage, unknown: bool, status: int = 503) -> None:
        super().__init__(message)
        self.stage, self.unknown, self.status = stage, unknown, status


class Poster:
    """Posts messages to logging, then to the queue.

    Args:
        client: for the requests.
        directory: knows the logging instances.
        queue: takes the messages afterwards.
        log: where it tells what happened.
        work_s: how long it takes between logging and queue, in seconds.
    """

    def __init__(
        self, client: httpx.AsyncClient, directory: Directory, queue: Producer, *, log: Log, work_s: float = 0.0
    ) -> None:
        self._client, self._directory, self._queue, self._log = client, directory, queue, log
        self._work_s = work_s

    async def post(self, message_id: str, msg: str, within_s: float) -> tuple[str, Queued]:
        """Logs and queues a message within `within_s` seconds; gives who logged it and where it is queued.

        Raises:
            PostError: not both did so surely.
        """
        end = time.monotonic() + within_s
        logged_by = await self._log_it(message_id, msg, end - min(QUEUE_SHARE_S, within_s / 2))
        self._log("logged", id=message_id, by=logged_by)
        await asyncio.sleep(self._work_s)
        left_s = end - time.monotonic()
        try:
            # put() keeps to its time limit but for a first look at the topic: the wait has one of its own
            queued = await asyncio.wait_for(
                asyncio.to_thread(self._queue.put, message_id, msg, left_s), timeout=left_s + 0.2
            )
        except NotQueuedError as error:
            raise PostError(str(error), stage="queue", unknown=error.unknown) from error
        except TimeoutError as error:
            raise PostError("the queue did not answer in time", stage="queue", unknown=True) from error
        self._log("queued", id=message_id, to=queued.name, partition=queued.partition, offset=queued.offset)
        return logged_by, queued

    async def _log_it(self, message_id: str, msg: str, end: float) -> str:
        unknown = False
        why = "no logging instance is registered"
        for turn in range(ROUNDS):
            for name, url, within_s in in_turn(await self._directory.instances("logging"), end):
                try:
                    return await self._try(name, url, message_id, msg, within_s)
                except NOT_REACHED as error:
                    why = f"{name}: {error!r}"
                except (httpx.HTTPError, TimeoutError, _NotLoggedError) as error:
                    unknown = unknown or not isinstance(error, _NotLoggedError) or error.unknown
                    why = f"{name}: {error!r}"
                self._log("try failed", id=message_id, at=name, turn=turn + 1, error=why)
            if end - time.monotonic() <= PAUSE_S:
                break
            await asyncio.sleep(PAUSE_S)
        raise PostError(why, stage="logging", unknown=unknown)

    async def _try(self, name: str, url: str, message_id: str, msg: str, within_s: float) -> str:
        async with asyncio.timeout(within_s):
            response = await self._client.post(
                f"{url}/messages", json={"id": message_id, "msg": msg}, timeout=limits(within_s)
            )
        if response.status_code == 409:
            raise PostError(f"id {message_id} is already another message", stage="logging", unknown=False, status=409)
        if response.status_code != 200:
            raise _NotLoggedError(response)
        return name


class _NotLoggedError(Exception):
    """A logging instance answered that it could not log the message."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{response.status_code} {response.text[:200]}")
        try:
            self.unknown = bool(response.json().get("unknown", True))
        except (ValueError, AttributeError):
            self.unknown = True
