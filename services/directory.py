"""The facade's view of config's registry, which outlives config itself."""

from __future__ import annotations

import random
import time

import httpx
import msgspec

from services.logs import Log

#: How long config may take, in seconds; longer, and the last known list is used.
TIMEOUT_S = 0.5
#: For how long an answer of config is used again, in seconds: far less than a lease, and requests come in bunches.
FRESH_S = 0.2


class Instance(msgspec.Struct):
    """A live instance, as config tells it."""

    name: str
    url: str


class Directory:
    """Asks config for the live instances of a role.

    Args:
        client: for the requests.
        config_url: where config is.
        log: where it tells what happened.
    """

    def __init__(self, client: httpx.AsyncClient, config_url: str, log: Log) -> None:
        self._client, self._url, self._log = client, f"{config_url}/instances", log
        self._known: dict[str, dict[str, str]] = {}
        self._answers = True
        self._fresh_until = 0.0

    async def instances(self, role: str) -> list[tuple[str, str]]:
        """Name and URL of each live instance, in random order.

        If config does not answer, or knows of none (it may have restarted empty), the last ones known.
        """
        if not (self._known.get(role) and time.monotonic() < self._fresh_until):
            await self._ask()
        instances = list(self._known.get(role, {}).items())
        random.shuffle(instances)
        return instances

    async def _ask(self) -> None:
        try:
            response = await self._client.get(self._url, timeout=TIMEOUT_S)
            response.raise_for_status()
            roles = msgspec.json.decode(response.content, type=dict[str, list[Instance]])
            self._known.update((role, {each.name: each.url for each in instances}) for role, instances in roles.items())
            self._tell(True, None)
        except (httpx.HTTPError, ValueError) as error:  # the last: not the JSON that was asked for
            self._tell(False, error)
        self._fresh_until = time.monotonic() + FRESH_S

    def _tell(self, answers: bool, error: Exception | None) -> None:
        if answers != self._answers:
            self._answers = answers
            self._log("config answers again" if answers else "config does not answer", error=repr(error))
