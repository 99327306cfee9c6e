"""Where nodes are that run already: what an option says, places separated by commas, and the address of a host."""

from __future__ import annotations

import re
import socket

from harness.errors import BadInputError

_ENDPOINT = re.compile(r"[A-Za-z0-9._-]+:[0-9]{1,5}")
_MOST = 65535


def endpoints(option: str, text: str) -> tuple[str, ...]:
    """The places that an option names.

    Raises:
        BadInputError: one is no host:port, or is there twice.
    """
    found = tuple(each.strip() for each in text.split(","))
    for each in found:
        if not (_ENDPOINT.fullmatch(each) and 0 < int(each.rpartition(":")[2]) <= _MOST):
            raise BadInputError(f"{option}: {each!r} is not HOST:PORT, such as 127.0.0.1:9092")
        if found.count(each) > 1:
            raise BadInputError(f"{option}: {each} is there twice; name each once")
    return found


def address_of(host: str) -> str:
    """The address of a host, or its name where nobody knows it."""
    try:
        return socket.gethostbyname(host)
    except OSError:
        return host
