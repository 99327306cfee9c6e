"""The facade service: the one way in. It acknowledges a POST once logging and the queue hold it; a GET shows both.

A POST that fails, or whose outcome is unknown, may be sent again under the same id, also while it is under way. An id
that was acknowledged gets the same answer again, without a second entry in the queue, as long as this process lives. A
text that is too long for the queue is refused before anybody has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from services.http import TOO_LARGE, UNPROCESSABLE, Json, Problem, application, body, shows
from services.logs import Log
from services.once import Once
from services.posting import Poster, PostError, Stage
from services.queues import Producer, Queued
from services.reading import Answer, Reader
from services.registry import Lease


class Post(msgspec.Struct):
    """The body of a client's POST."""

    msg: str


class Accepted(msgspec.Struct):
    """The answer to a POST whose message logging and the queue both hold."""

    id: str
    logged_by: str
    queued: Queued


class Rejected(Problem):
    """The answer to a POST that is not acknowledged; `unknown` if it may have got through. Its id may be sent again.

    Where that is known: at stage "logging" nobody has the message; at stage "queue" logging has it, and the queue has
    not, and will not get it from this request.
    """

    id: str
    stage: Stage
    unknown: bool


class Both(msgspec.Struct):
    """What one logging and one messages instance hold, and which ones they were."""

    logging: Answer
    messages: Answer


@dataclass(frozen=True)
class Settings:
    """The facade's settings."""

    service: settings.Service
    config_url: str
    deadline_s: float
    queue: settings.Kafka | settings.HazelcastQueue
    acks: str
    message_bytes: int
    work_s: float

    @classmethod
    def of(cls, env: settings.Environment) -> Settings:
        """The settings that the environment gives."""
        kafka = settings.queue_kind(env) == "kafka"
        return cls(
            service=settings.service(env),
            config_url=env.url("CONFIG_URL"),
            deadline_s=env.seconds("REQUEST_DEADLINE_S", "4"),
            queue=settings.kafka(env) if kafka else settings.hazelcast_queue(env),
            acks=env.choice("KAFKA_ACKS", ("all", "0", "1"), "all"),
            message_bytes=env.size("MESSAGE_BYTES", "131072"),
            work_s=settings.work_s(env),
        )


def producer(config: Settings, log: Log) -> Producer:
    """The producer that puts messages on the queue; only the client library that it needs is imported."""
    if isinstance(config.queue, settings.Kafka):
        from services.queues.kafka import KafkaProducing

        return KafkaProducing(config.queue, config.acks, log)
    from services.queues.hazelcast import HazelcastProducing

    return HazelcastProducing(config.queue, log)


def once(poster: Poster, *, deadline_s: float) -> Once[Accepted]:
    """The way in which the facade posts: with `poster`, one request of an id at a time."""

    async def post(message_id: str, msg: str, within_s: float) -> Accepted:
        return Accepted(message_id, *await poster.post(message_id, msg, within_s))

    return Once(post, deadline_s=deadline_s)


def build(
    posts: Once[Accepted], reader: Reader, log: Log, *, message_bytes: int, settings: Callable[[], dict[str, str]]
) -> Starlette:
    """The HTTP application of the facade; a text has `message_bytes` at most; its client's settings are shown.

    Escaped for the queue a byte may become six: the limit has to be a sixth of what a record may have.
    """

    async def post(request: Request) -> Json:
        """Logs and queues a message; answers 503 if that did not surely happen, 409 if the id is another message's.

        And 413 if the text is too long.
        """
        message_id, msg = _id(request), (await body(request, Post)).msg
        if (size := len(msg.encode())) > message_bytes:
            raise HTTPException(TOO_LARGE, f"msg has {size} bytes; {message_bytes} is the most that is taken")
        try:
            return Json(await posts.post(message_id, msg), 201)
        except PostError as error:
            log("not accepted", id=message_id, stage=error.stage, unknown=error.unknown, error=str(error))
            rejected = Rejected(id=message_id, error=str(error), stage=error.stage, unknown=error.unknown)
            return Json(rejected, error.status)

    async def get(request: Request) -> Json:
        """What a random logging and a random messages instance hold; `from` is null if no messages one answers."""
        logging, messages = await reader.both()
        if logging.source is None:
            return Json(Problem("no logging instance answers"), 503)
        return Json(Both(logging=logging, messages=messages))

    return application([Route("/messages", post, methods=["POST"]), Route("/messages", get), shows(settings)])


def _id(request: Request) -> str:
    """The id of a post: the client's own, or a new one."""
    key = request.headers.get("Idempotency-Key")
    if key == "":
        raise HTTPException(UNPROCESSABLE, "Idempotency-Key is empty: give an id or leave the header out")
    return key or str(uuid4())


def main() -> None:
    """Runs the facade."""
    config = settings.read(Settings.of)
    log = Log(config.service.name)
    queue = producer(config, log)
    client = httpx.AsyncClient(verify=False, trust_env=False)  # plain HTTP inside; loading certificates takes time
    directory = Directory(client, config.config_url, log)
    lease = Lease(config.service, "facade", config.config_url, fit=lambda: queue.problem() is None, log=log)
    app = build(
        once(Poster(client, directory, queue, log=log, work_s=config.work_s), deadline_s=config.deadline_s),
        Reader(client, directory, deadline_s=config.deadline_s, log=log),
        log,
        message_bytes=config.message_bytes,
        settings=queue.settings,
    )
    run(config.service, app, Stages(at_once=[lease], when_drained=[queue]), log)


if __name__ == "__main__":
    main()
