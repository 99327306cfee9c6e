"""Tells by the name of a service, a file or an image which role it plays."""

from __future__ import annotations

import re
from typing import Literal

from harness.messages.description.model import Role

Kind = Literal["hazelcast", "kafka"]

#: By the words of a name.
_ROLES: dict[str, Role] = {
    **dict.fromkeys(("facade", "fasade", "gateway"), "facade"),
    **dict.fromkeys(("logging", "logger", "loggers", "log", "logs"), "logging"),
    **dict.fromkeys(("messages", "message", "messaging", "msg", "msgs"), "messages"),
    **dict.fromkeys(("config", "configs", "configuration"), "config"),
}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
#: What comes with servers, and is none itself; the harness has no need of it.
_BESIDE = re.compile(
    r"zookeeper|management-?center|mancenter|kafka-?ui|kafdrop|akhq|kouncil|schema-?registry|kowl", re.I
)
#: What is of a server's image, and only prepares something there.
_JOB = re.compile(r"(^|[-_])(init|setup|create|topics?)([-_]|$)", re.I)
_KAFKA = re.compile(r"(^|/)(cp-)?(kafka|cp-server|redpanda)\b", re.I)
_HAZELCAST = re.compile(r"(^|/)hazelcast(-enterprise)?\b", re.I)


def role_of(name: str) -> Role | None:
    """The role that a name says, by the first of its words that says one; None if none does."""
    found = (_ROLES.get(word.lower()) for word in _WORD.findall(name))
    return next((role for role in found if role), None)


def server_of(name: str, image: str | None) -> Kind | Literal["beside"] | None:
    """Which server an image is of, or one that is called so.

    Args:
        name: of the service; it decides where there is no image.
        image: what the service runs, if it does not build it.
    """
    what = image if image is not None else name
    if _BESIDE.search(what) or (_JOB.search(name) and (_KAFKA.search(what) or _HAZELCAST.search(what))):
        return "beside"
    if _KAFKA.search(what):
        return "kafka"
    return "hazelcast" if _HAZELCAST.search(what) else None


def number_of(name: str) -> int | None:
    """The number at the end of a name, as in logging-2; None if it ends with none."""
    found = re.search(r"(\d{1,3})\D*$", name)
    return int(found[1]) if found else None
