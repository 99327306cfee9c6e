"""How the facade divides a request's time among instances, so that it tries every one of them before the deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import httpx

#: The most that one instance may take, and that a connection to it may take, in seconds. The second is for a host that
#: is gone: nobody refuses the connection, and no answer ever comes.
TRY_S, CONNECT_S = 1.5, 0.3
#: No request was made, so nothing happened.
NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout)


def in_turn(instances: Sequence[tuple[str, str]], end: float) -> Iterator[tuple[str, str, float]]:
    """Name, URL and time limit in seconds of each instance in turn: its fair share of what is left until `end`.

    `end` is a time of `time.monotonic()`. A dead instance keeps a connection of before its death, and a request on it
    waits in vain; with fair shares two such don't use up the time of the third, which lives.
    """
    for position, (name, url) in enumerate(instances):
        share_s = (end - time.monotonic()) / (len(instances) - position)
        if share_s > 0:
            yield name, url, min(TRY_S, share_s)


def limits(within_s: float) -> httpx.Timeout:
    """The time limits of one request."""
    return httpx.Timeout(within_s, connect=min(CONNECT_S, within_s))
