"""The logging service: keeps messages by id in a Hazelcast map that all its instances share. An id is written once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from services import settings
from services.app import Stages, run
from services.hazelcast_client import Cluster, UnknownOutcomeError, result
from services.http import Json, Problem, application, body, shows
from services.logs import Log
from services.parts import NotConnectedError
from services.registry import Lease


class Message(msgspec.Struct):
    """A message under its id."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    msg: str


class Logged(msgspec.Struct):
    """The answer to a message that the map holds, with the instance that says so."""

    status: Literal["ok", "duplicate, ok"]
    name: str


class Messages(msgspec.Struct):
    """All messages in the map."""

    messages: list[Message]


class Received(msgspec.Struct):
    """The ids that this instance itself has logged, in order."""

    name: str
    ids: list[str]


class PoorAnswerError(Exception):
    """The map answered with fewer entries than it had before it was asked."""


class Unlogged(Problem):
    """The answer to a message that is not acknowledged; `unknown` if the map may hold it all the same."""

    unknown: bool


@dataclass(frozen=True)
class Settings:
    """The logging service's settings."""

    service: settings.Service
    config_url: str
    cluster: settings.Hazelcast
    map: str
    work_s: float

    @classmethod
    def of(cls, env: settings.Environment) -> Settings:
        """The settings that the environment gives."""
        return cls(
            service=settings.service(env),
            config_url=env.url("CONFIG_URL"),
            cluster=settings.hazelcast(env),
            map=env.text("HAZELCAST_MAP", "the name of the map"),
            work_s=settings.work_s(env),
        )


class Logging:
    """The map of messages, and the ids that went through this instance; it takes `work_s` from putting to answering."""

    def __init__(self, cluster: Cluster, map_name: str, log: Log, *, work_s: float = 0.0) -> None:
        self._cluster, self._map_name, self._log, self._work_s = cluster, map_name, log, work_s
        self._received: dict[str, None] = {}
        self._lock = threading.Lock()

    def add(self, message: Message) -> tuple[str, bool]:
        """Puts a message unless its id is there; gives the text that the map holds, and whether it was put now.

        A text that is there already is written once more: whoever put it may never have heard that the backup has it
        (an outcome that is unknown, and this is the next try), and only a write waits for the backup.

        Raises:
            UnknownOutcomeError: it was there and is gone; its only copy died with a member.
        """
        entries = self._map()
        before = result(entries.put_if_absent(message.id, message.msg))
        if before == message.msg and not result(entries.replace_if_same(message.id, message.msg, message.msg)):
            raise UnknownOutcomeError(f"message {message.id} was in the map and is gone")
        self._log("put", id=message.id)
        time.sleep(self._work_s)
        with self._lock:
            self._received.setdefault(message.id)
        self._log("logged", id=message.id, new=before is None)
        return (message.msg if before is None else before), before is None

    def all(self) -> list[Message]:
        """Every message in the map, by id.

        The map only grows, so its entries are at least as many as it had before they were asked for. A member that has
        just merged into the others' cluster may have answered for partitions that it owns no more (decision 19).

        Raises:
            PoorAnswerError: they are fewer.
        """
        messages = self._map()
        least = result(messages.size())
        entries = result(messages.entry_set())
        if len(entries) < least:
            raise PoorAnswerError(f"{len(entries)} entries of a map that had {least} before")
        return [Message(id=key, msg=value) for key, value in sorted(entries)]

    def received(self) -> list[str]:
        """The ids that went through this instance."""
        with self._lock:
            return list(self._received)

    def _map(self) -> Any:
        return self._cluster.client().get_map(self._map_name)


def build(logging: Logging, name: str, log: Log, settings: Callable[[], dict[str, str]]) -> Starlette:
    """The HTTP application of the logging service; its client's settings are shown."""

    def refused(event: str, error: Exception, **fields: object) -> Json:
        log(event, error=repr(error), **fields)
        unknown = not isinstance(error, NotConnectedError)
        return Json(Unlogged(error=repr(error), unknown=unknown), 503)

    async def add(request: Request) -> Json:
        """Logs a message; 409 if its id already stands for another text."""
        message = await body(request, Message)
        try:
            held, new = await asyncio.to_thread(logging.add, message)
        except Exception as error:  # the client raises its own errors, IOError and others
            return refused("not logged", error, id=message.id)
        if held != message.msg:
            return Json(Problem(f"id {message.id} is already another message"), 409)
        return Json(Logged(status="ok" if new else "duplicate, ok", name=name))

    async def everything(request: Request) -> Json:
        """Shows all messages in the map, whichever instance logged them."""
        try:
            return Json(Messages(await asyncio.to_thread(logging.all)))
        except Exception as error:
            return refused("not read", error)

    async def received(request: Request) -> Json:
        """Shows the ids that this instance itself has logged."""
        return Json(Received(name=name, ids=logging.received()))

    return application(
        [
            Route("/messages", add, methods=["POST"]),
            Route("/messages", everything),
            Route("/received", received),
            shows(settings),
        ]
    )


def main() -> None:
    """Runs the logging service."""
    config = settings.read(Settings.of)
    log = Log(config.service.name)
    cluster = Cluster(config.cluster, lambda client: client.get_map(config.map), log)
    lease = Lease(config.service, "logging", config.config_url, fit=lambda: cluster.problem() is None, log=log)
    app = build(Logging(cluster, config.map, log, work_s=config.work_s), config.service.name, log, cluster.settings)
    run(config.service, app, Stages(at_once=[lease], when_drained=[cluster]), log)


if __name__ == "__main__":
    main()
