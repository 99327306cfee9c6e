"""facade: the one way in. A POST is acknowledged once logging and the queue both hold the message; a GET shows both.

A POST that fails, or whose outcome is unknown, may be sent again under the same id. An id that was acknowledged gets
the same answer again, without a second entry in the queue, as long as this process lives.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from services import settings
from services.app import Stages, run
from services.directory import Directory
from services.http import UNPROCESSABLE, Json, Problem, application, body
from services.logs import Log
from services.posting import Poster, PostError
from services.queues import Producer, Queued
from services.reading import Answer, Reader
from services.registry import Lease

#: How many acknowledged ids are remembered.
REMEMBERED = 10_000


class Post(msgspec.Struct):
    """What a client sends."""

    msg: str


class Accepted(msgspec.Struct):
    """Logging and queue both hold the message."""

    id: str
    logged_by: str
    queued: Queued


class Rejected(Problem):
    """Not acknowledged; `unknown` if it may have got through. The same id may be sent again."""

    id: str
    stage: Literal["logging", "queue"]
    unknown: bool


class Both(msgspec.Struct):
    """What one logging and one messages instance hold, and which ones they were."""

    logging: Answer
    messages: Answer


@dataclass(frozen=True)
class Settings:
    """What this service is told."""

    service: settings.Service
    config_url: str
    deadline_s: float
    queue: settings.Kafka | settings.HazelcastQueue
    acks: str

    @classmethod
    def of(cls, env: settings.Environment) -> Settings:
        """Read from the environment."""
        kafka = settings.queue_kind(env) == "kafka"
        return cls(
            service=settings.service(env),
            config_url=env.url("CONFIG_URL"),
            deadline_s=env.seconds("REQUEST_DEADLINE_S", "4"),
            queue=settings.kafka(env) if kafka else settings.hazelcast_queue(env),
            acks=env.choice("KAFKA_ACKS", ("all", "0", "1"), "all"),
        )


def producer(told: Settings, log: Log) -> Producer:
    """Where messages go; only the client that is needed is imported."""
    if isinstance(told.queue, settings.Kafka):
        from services.queues.kafka import KafkaProducing

        return KafkaProducing(told.queue, told.acks, log)
    from services.queues.hazelcast import HazelcastProducing

    return HazelcastProducing(told.queue, log)


class Acknowledged:
    """The newest acknowledged ids with their texts and answers."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[str, Accepted]] = OrderedDict()

    def get(self, message_id: str, msg: str) -> Accepted | None:
        """The answer that this message was given, if it was acknowledged."""
        text, answer = self._answers.get(message_id, (None, None))
        return answer if text == msg else None

    def add(self, msg: str, answer: Accepted) -> None:
        """Remembers an answer, and forgets the oldest."""
        self._answers[answer.id] = (msg, answer)
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)


def build(poster: Poster, reader: Reader, log: Log) -> Starlette:
    """The HTTP side."""
    acknowledged = Acknowledged()

    async def post(request: Request) -> Json:
        """Logs and queues a message; 503 if that did not surely happen, 409 if the id is another message's."""
        message_id, msg = _id(request), (await body(request, Post)).msg
        if known := acknowledged.get(message_id, msg):
            return Json(known, 201)
        try:
            logged_by, queued = await poster.post(message_id, msg)
        except PostError as error:
            log("not accepted", id=message_id, stage=error.stage, unknown=error.unknown, error=str(error))
            rejected = Rejected(id=message_id, error=str(error), stage=error.stage, unknown=error.unknown)
            return Json(rejected, error.status)
        answer = Accepted(message_id, logged_by, queued)
        acknowledged.add(msg, answer)
        return Json(answer, 201)

    async def get(request: Request) -> Json:
        """What a random logging and a random messages instance hold; `from` null if no messages instance is there."""
        logging, messages = await reader.both()
        if logging.source is None:
            return Json(Problem("no logging instance answers"), 503)
        return Json(Both(logging=logging, messages=messages))

    return application([Route("/messages", post, methods=["POST"]), Route("/messages", get)])


def _id(request: Request) -> str:
    """The client's own, or a new one."""
    key = request.headers.get("Idempotency-Key")
    if key == "":
        raise HTTPException(UNPROCESSABLE, "Idempotency-Key is empty: give an id or leave the header out")
    return key or str(uuid4())


def main() -> None:
    """Runs the service."""
    told = settings.read(Settings.of)
    log = Log(told.service.name)
    queue = producer(told, log)
    client = httpx.AsyncClient(verify=False, trust_env=False)  # plain HTTP inside; loading certificates takes time
    directory = Directory(client, told.config_url, log)
    lease = Lease(told.service, "facade", told.config_url, fit=lambda: queue.problem() is None, log=log)
    app = build(
        Poster(client, directory, queue, deadline_s=told.deadline_s, log=log),
        Reader(client, directory, deadline_s=told.deadline_s, log=log),
        log,
    )
    run(told.service, app, Stages(at_once=[lease], when_drained=[queue]), log)


if __name__ == "__main__":
    main()
