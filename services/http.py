"""HTTP for the services: JSON, checked against a type on its way in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

T = TypeVar("T")
TOO_LARGE = 413
UNPROCESSABLE = 422


class Problem(msgspec.Struct):
    """The answer to a request that was not served, with the reason."""

    error: str


class Json(Response):
    """An answer in JSON, of anything that msgspec can write."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The content as JSON bytes."""
        return msgspec.json.encode(content)


async def body(request: Request, kind: type[T]) -> T:
    """The body that a client sent, as a value of that type.

    Raises:
        HTTPException: 422, it is not JSON of that type; with what is wrong with it.
    """
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except ValueError as error:  # of msgspec, or of a string that is no UTF-8
        raise HTTPException(UNPROCESSABLE, str(error)) from error


def application(routes: Sequence[BaseRoute]) -> Starlette:
    """An ASGI application of these routes that answers in JSON if something goes wrong in them."""
    return Starlette(routes=routes, exception_handlers={HTTPException: _refused})


def shows(settings: Callable[[], dict[str, str]]) -> Route:
    """The route that shows the settings which a service's client of a server has: what it really works with."""

    async def show(request: Request) -> Json:
        """Shows them by their names."""
        return Json(settings())

    return Route("/settings", show)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Json(Problem(error.detail), error.status_code, error.headers)
