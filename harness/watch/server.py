"""Serves the page on 127.0.0.1 and passes what its buttons ask for to the session."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from contextlib import suppress
from typing import Annotated

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from harness.answer import Answer
from harness.errors import BadInputError, HarnessError
from harness.progress import Say
from harness.session.client import ask
from harness.watch.document import document
from harness.watch.gate import Gate
from harness.watch.watcher import Watcher

_HOST = "127.0.0.1"
_END_WITHIN_S = 2
_UNPROCESSABLE = 422


class Action(msgspec.Struct):
    """An action that a button asks for: a fault, or one of "resume", "start", "heal", "run".

    `target` is a node or a target such as "leader", empty where it needs none; for "run" it is the label of one of the
    system's own buttons.
    """

    do: str
    target: str = ""


class Window(msgspec.Struct):
    """The part of the timeline that a page wants, in seconds back from now; all of it, if it does not say."""

    window_s: Annotated[float, msgspec.Meta(gt=0)] | None = None


def serve(port: int, say: Say) -> None:
    """Serves the page until it is interrupted; first tells the page's address.

    Args:
        port: on 127.0.0.1; 0 for any that is free.
        say: shows a line to a person.

    Raises:
        BadInputError: no system is running, or the port is taken.
    """
    ask("names")  # says so at once if there is nothing to watch
    with _listening(port) as listening:
        at = f"{_HOST}:{listening.getsockname()[1]}"
        token = secrets.token_urlsafe(24)
        say(f"watch it at http://{at}/{token}/ (Ctrl-C ends the page, not the system)")
        config = uvicorn.Config(
            Gate(application(), token=token, hosts=[at]),
            lifespan="off",
            ws="none",
            log_level="error",
            server_header=False,
            timeout_graceful_shutdown=_END_WITHIN_S,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def application() -> ASGIApp:
    """The ASGI application: the page, its state, and its actions; without any guard."""
    watcher = Watcher()

    def state(request: Request) -> JSONResponse:
        try:
            window_s = msgspec.convert(request.query_params, Window, strict=False).window_s
        except msgspec.ValidationError as error:
            return JSONResponse({"refused": str(error)}, _UNPROCESSABLE)
        return JSONResponse(watcher.look(window_s))

    async def act(request: Request) -> JSONResponse:
        try:
            action = msgspec.json.decode(await request.body(), type=Action)
        except ValueError as error:  # of msgspec, or of a string that is no UTF-8
            return JSONResponse({"refused": str(error)}, _UNPROCESSABLE)
        try:
            return JSONResponse({"done": (await asyncio.to_thread(_carry_out, action)).lines})
        except HarnessError as error:
            return JSONResponse({"refused": str(error)}, 409)

    whole = document()

    def page(request: Request) -> HTMLResponse:
        return HTMLResponse(whole.html, headers={"Content-Security-Policy": whole.policy})

    return Starlette(routes=[Route("/", page), Route("/state", state), Route("/act", act, methods=["POST"])])


def _carry_out(action: Action) -> Answer:
    """Has the session do what a button asked for."""
    answer: Answer
    match action.do:
        case "heal":
            answer = ask("heal", action.target or None)
        case "resume" | "start" | "run":
            answer = ask(action.do, action.target)
        case fault:
            answer = ask("hurt", fault, action.target)
    return answer


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((_HOST, port))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise BadInputError(f"--port {port} can't be used ({why}): leave it out to get a free one") from error
