"""Shows every HTTP request of the clients as a line, with its answer or with why there was none."""

from __future__ import annotations

import time

import httpx

from harness.progress import Say


class Traced(httpx.BaseTransport):
    """A transport around another one, so that requests that fail are seen as well; event hooks see answers only."""

    def __init__(self, say: Say, transport: httpx.BaseTransport) -> None:
        self._say, self._transport = say, transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request, and shows it with the milliseconds to the answer's headers."""
        began_s = time.monotonic()
        key = request.headers.get("Idempotency-Key", "")
        asked = f"{request.method} {request.url}{f' ({key})' if key else ''}"
        try:
            response = self._transport.handle_request(request)
        except httpx.HTTPError as error:
            self._say(f"{asked}: {type(error).__name__} after {_ms(began_s)}: {error}")
            raise
        self._say(f"{asked}: {response.status_code} in {_ms(began_s)}")
        return response

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()


def _ms(began_s: float) -> str:
    return f"{(time.monotonic() - began_s) * 1000:.0f} ms"
