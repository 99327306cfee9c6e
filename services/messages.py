"""The messages service: takes messages off the queue, shared with its other instances, and keeps them in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from services import settings
from services.app import Stages, run
from services.http import Json, application, shows
from services.logs import Log
from services.queues import Held, Source, Store
from services.queues.consuming import Consuming
from services.registry import Lease


class Messages(msgspec.Struct):
    """The messages that this instance holds, in the order read."""

    messages: list[Held]


@dataclass(frozen=True)
class Group:
    """How this service takes part in a Kafka consumer group."""

    kafka: settings.Kafka
    name: str
    session_timeout_ms: int
    replay: bool
    offset_reset: str
    auto_commit: bool


@dataclass(frozen=True)
class Settings:
    """The messages service's settings."""

    service: settings.Service
    config_url: str
    queue: Group | settings.HazelcastQueue
    work_s: float

    @classmethod
    def of(cls, env: settings.Environment) -> Settings:
        """The settings that the environment gives."""
        return cls(settings.service(env), env.url("CONFIG_URL"), _queue(env), settings.work_s(env))


def _queue(env: settings.Environment) -> Group | settings.HazelcastQueue:
    if settings.queue_kind(env) == "hazelcast":
        return settings.hazelcast_queue(env)
    return Group(
        kafka=settings.kafka(env),
        name=env.text("KAFKA_GROUP", "the name of the consumer group"),
        session_timeout_ms=env.milliseconds("KAFKA_SESSION_TIMEOUT_MS", "3000"),
        replay=env.choice("REPLAY", ("0", "1"), "0") == "1",
        offset_reset=env.choice("KAFKA_OFFSET_RESET", ("earliest", "latest"), "earliest"),
        auto_commit=env.choice("KAFKA_AUTO_COMMIT", ("true", "false"), "false") == "true",
    )


def source(queue: Group | settings.HazelcastQueue, log: Log, *, work_s: float) -> Source:
    """The source that takes messages off the queue; only the client library that it needs is imported.

    It takes `work_s` seconds between taking and keeping what it was given at once.
    """
    if isinstance(queue, Group):
        from services.queues.kafka_source import KafkaSource, Reading

        reading = Reading(queue.session_timeout_ms, queue.replay, queue.offset_reset, queue.auto_commit)
        return KafkaSource(queue.kafka, queue.name, reading, work_s=work_s, log=log)
    from services.queues.hazelcast import HazelcastSource

    return HazelcastSource(queue, log, work_s=work_s)


def build(store: Store, settings: Callable[[], dict[str, str]]) -> Starlette:
    """The HTTP application of the messages service; its client's settings are shown."""

    async def messages(request: Request) -> Json:
        """Shows the messages that this instance holds."""
        return Json(Messages(store.all()))

    return application([Route("/messages", messages), shows(settings)])


def main() -> None:
    """Runs the messages service."""
    config = settings.read(Settings.of)
    log, store = Log(config.service.name), Store()
    taking = source(config.queue, log, work_s=config.work_s)
    consuming = Consuming(taking, store, log)
    lease = Lease(config.service, "messages", config.config_url, fit=lambda: consuming.problem() is None, log=log)
    run(config.service, build(store, taking.settings), Stages(at_once=[consuming, lease]), log)


if __name__ == "__main__":
    main()
