"""The facade's GET: one random logging and one random messages instance, failing over to the next."""

from __future__ import annotations

import asyncio
import time

import httpx
import msgspec

from services.directory import Directory
from services.failover import in_turn, limits
from services.logs import Log


class Message(msgspec.Struct):
    """A message under its id."""

    id: str
    msg: str


class Messages(msgspec.Struct):
    """The messages of an instance, as it tells them."""

    messages: list[Message]


class Answer(msgspec.Struct):
    """What one instance holds; `from` is null if none answered."""

    source: str | None = msgspec.field(name="from")
    messages: list[Message]


class Reader:
    """Reads messages from logging and messages instances.

    Args:
        client: for the requests.
        directory: knows the instances.
        deadline_s: how long all of it may take, in seconds.
        log: where it tells what happened.
    """

    def __init__(self, client: httpx.AsyncClient, directory: Directory, *, deadline_s: float, log: Log) -> None:
        self._client, self._directory, self._deadline_s, self._log = client, directory, deadline_s, log

    async def both(self) -> tuple[Answer, Answer]:
        """The answer of a logging and of a messages instance."""
        logging, messages = await asyncio.gather(self._answer("logging"), self._answer("messages"))
        return logging, messages

    async def _answer(self, role: str) -> Answer:
        end = time.monotonic() + self._deadline_s
        for name, url, within_s in in_turn(await self._directory.instances(role), end):
            try:
                return Answer(name, await self._ask(url, within_s))
            except (httpx.HTTPError, TimeoutError, ValueError) as error:  # the last: not the JSON that was asked for
                self._log("read failed", at=name, error=repr(error))
        return Answer(None, [])

    async def _ask(self, url: str, within_s: float) -> list[Message]:
        async with asyncio.timeout(within_s):
            response = await self._client.get(f"{url}/messages", timeout=limits(within_s))
        response.raise_for_status()
        return msgspec.json.decode(response.content, type=Messages).messages
