"""Values of a compose file, each of which may be written in one form or another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_TIME = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")


def mount(each: Any) -> tuple[str, str]:
    """What a volume is of, and where it is in the container, as they are written."""
    if isinstance(each, dict):
        return text(each.get("source")) or "", text(each.get("target")) or ""
    source, _, target = str(each).partition(":")
    return source, target.partition(":")[0]


def named(service: Mapping[str, Any]) -> Iterator[str]:
    """The names that a service gives its container."""
    yield from (name for key in ("container_name", "hostname") if (name := text(service.get(key))))


def of_networks(service: Mapping[str, Any], key: str) -> Iterator[str]:
    """What a service says of itself in its networks."""
    networks = service.get("networks")
    for each in networks.values() if isinstance(networks, dict) else ():
        said = each.get(key) if isinstance(each, dict) else None
        yield from (found for one in (said if isinstance(said, list) else [said]) if (found := text(one)))


def text(value: Any) -> str | None:
    """A value that is a text; None for any other."""
    return value if isinstance(value, str) else None


def pairs(given: Any) -> Iterator[tuple[str, str | None]]:
    """Variables in either form: a mapping, or a list of NAME=value."""
    if isinstance(given, dict):
        yield from ((name, None if value is None else str(value)) for name, value in given.items() if name)
    for each in given if isinstance(given, list) else []:
        name, equals, value = str(each).partition("=")
        if name and each is not None:
            yield name, value if equals else None


def ports(given: Any) -> Iterator[int]:
    """The ports within the container: the last of 127.0.0.1:8001:8080/tcp, and of a range the first."""
    for each in given if isinstance(given, list) else []:
        inside = each.get("target") if isinstance(each, dict) else str(each).partition("/")[0].rpartition(":")[2]
        found = re.match(r"\d{1,5}", str(inside))
        if found and 0 < int(found[0]) < 65536:
            yield int(found[0])


def health(check: Any) -> str | None:
    """The path of the first URL in a health check."""
    test = check.get("test") if isinstance(check, dict) else None
    found = re.search(
        r"https?://[^/\s\"']+(/[^\s\"'|;)\\]*)", json.dumps(test) if isinstance(test, list) else str(test)
    )
    return found[1] if found else None


def seconds(duration: str | None) -> float | None:
    """How many seconds there are in a duration such as 1m30s; None if it is none, or of no length."""
    found = _TIME.fullmatch(duration) if duration else None
    if not found:
        return None
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds or None
