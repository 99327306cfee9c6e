"""Lets in only who knows the token and asks from this very page: 403 for everybody else, whatever they ask for.

The page can kill servers, and any page of the internet can make a browser send requests to 127.0.0.1. The token is the
first part of every path, so that the page's own relative addresses carry it; a foreign Host (a name that somebody made
point here) or a foreign Origin is refused although the token is right.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
#: What an answer may load that does not say it: the page does, anything else is no page.
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Gate:
    """Guards an ASGI application, which sees paths without the token."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: Iterable[str]) -> None:
        self._app = app
        self._token = token
        self._hosts = frozenset(hosts)
        self._origins = frozenset(f"http://{host}" for host in self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one connection on or refuses it; refuses anything but HTTP."""
        if scope["type"] != "http":
            return
        # Without a slash at its beginning is the path of OPTIONS * alone.
        token, inside, rest = scope["path"].removeprefix("/").partition("/")
        if not self._admits(Headers(scope=scope), token):
            await PlainTextResponse("403: use the address that harness watch printed\n", 403)(scope, receive, send)
            return
        if not inside:
            await RedirectResponse(f"/{token}/")(scope, receive, send)
            return
        inner = {**scope, "path": f"/{rest}", "raw_path": None}

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Content-Security-Policy", _NOTHING)
            await send(message)

        await self._app(inner, receive, send_guarded)

    def _admits(self, headers: Headers, token: str) -> bool:
        origin = headers.get("origin")
        return (
            secrets.compare_digest(token.encode(), self._token.encode())
            and headers.get("host") in self._hosts
            and (origin is None or origin in self._origins)
        )
