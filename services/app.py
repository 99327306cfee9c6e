"""Runs a service: HTTP at once, its parts in the background, /health, and an end within two seconds of SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request

from services.http import Json
from services.logs import Log
from services.parts import Part
from services.settings import Service, refuse

#: After SIGTERM, in seconds: how long each stage may take to stop, and when the process ends in any case.
STOP_S, LIMIT_S = 0.6, 1.9
#: Threads for blocking client calls; a dead server holds each for seconds, and the default is 6 on 2 cores.
THREADS = 64
#: For how long an idle connection stays open, in seconds: longer than its clients use it again (httpx 5 s), so that it
#: is they who close it. The other way round, a request may reach a connection that is being closed, and is lost.
KEEP_ALIVE_S = 30


class Health(msgspec.Struct, omit_defaults=True):
    """Whether the service can do its job now, and if not, why."""

    status: str
    name: str
    reason: str | None = None


@dataclass(frozen=True)
class Stages:
    """The parts of a service by when they stop: the first at the signal, the last when no request is in flight."""

    at_once: Sequence[Part] = ()
    when_drained: Sequence[Part] = ()

    def __iter__(self) -> Iterator[Part]:
        return iter((*self.when_drained, *self.at_once))

    def problem(self) -> str | None:
        """The first problem that any part has, or None."""
        return next((problem for part in self if (problem := part.problem())), None)


def run(service: Service, app: Starlette, stages: Stages, log: Log) -> None:
    """Runs a service until SIGTERM or SIGINT, then ends the process; never returns."""
    try:
        listening = _listen(service)
    except OSError as error:
        refuse(f"HOST={service.host} PORT={service.port}: cannot listen there: {error}; expected a free local address")
    log.adopt_libraries()
    _add_health(app, service, stages)
    log("starting", url=service.advertise_url, pid=os.getpid())
    for part in stages:
        part.start()
    uvloop.run(_serve(app, listening, stages, log))


def _add_health(app: Starlette, service: Service, stages: Stages) -> None:
    async def health(request: Request) -> Json:
        """Answers 200 only while this service can do its job."""
        problem = stages.problem()
        if problem is None:
            return Json(Health(status="ok", name=service.name))
        return Json(Health(status="unavailable", name=service.name, reason=problem), 503)

    app.add_route("/health", health)


def _listen(service: Service) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(service.host, service.port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address[:2], family=family, backlog=1024)


class _Server(uvicorn.Server):
    """An HTTP server that leaves signals to us; uvicorn's raises them again, and a clean stop would not exit with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(app: Starlette, listening: socket.socket, stages: Stages, log: Log) -> None:
    options = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    server = _Server(options)
    stopping: list[asyncio.Task[None]] = []

    def stop(name: str) -> None:
        if not stopping:
            log("stopping", signal=name)
            _end_anyway(log)
            stopping.append(asyncio.create_task(_stop(stages.at_once, log)))
            server.should_exit = True

    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number.name)
    await server.serve(sockets=[listening])
    await asyncio.gather(*stopping)
    await _stop(stages.when_drained, log)
    _end(0, log)


async def _stop(parts: Sequence[Part], log: Log) -> None:
    outcomes = await asyncio.gather(*(asyncio.to_thread(part.stop, STOP_S) for part in parts), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            log("part did not stop cleanly", error=repr(outcome))


def _end_anyway(log: Log) -> None:
    def end() -> None:
        log("stop took too long", limit_s=LIMIT_S)
        _end(1, log)

    timer = threading.Timer(LIMIT_S, end)
    timer.daemon = True
    timer.start()


def _end(code: int, log: Log) -> None:
    """Ends the process now: a client library's thread that still waits for a dead server must not keep it alive."""
    log("stopped", exit_code=code)
    sys.stdout.flush()
    os._exit(code)
