"""Bounds what a client takes in of one answer: who sends one without end gets an error in its place."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx

_MOST_BYTES = 64 * 1024**2
#: A time-out is about each part of an answer, and there may be no last one; in seconds for all of them.
_MOST_S = 120.0


class Bounded(httpx.BaseTransport):
    """A transport whose answers are of a bounded size, and come within a bounded time."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        """Bounds the answers of another transport."""
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; to read more of it than is allowed raises httpx.ReadError."""
        response = self._transport.handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Bounded(response.stream)
        return response

    def close(self) -> None:
        """Closes the other transport."""
        self._transport.close()


class _Bounded(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        size, end = 0, time.monotonic() + _MOST_S
        for part in self._stream:
            size += len(part)
            if size > _MOST_BYTES or time.monotonic() > end:
                raise httpx.ReadError(f"the answer does not end: {size} bytes of it have come")
            yield part

    def close(self) -> None:
        self._stream.close()
