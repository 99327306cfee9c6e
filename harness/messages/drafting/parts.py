"""What a draft is put together from: the services and servers of a system, as far as somebody could tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.messages.description.model import Get, Post, Queue, Role, Servers, Service

#: In place of what nobody could guess, so that the file is one that can be read.
UNKNOWN_COMMAND = "TODO"
#: Where a service listens of which nothing says where.
USUAL_PORT = 8080


@dataclass(frozen=True)
class Parts:
    """What was found of a system.

    Attributes:
        services: by their roles.
        servers: that they need.
        queue: what carries the messages, if something says so.
        requirements: the requirements files of the services, relative to their folder.
        compose: the compose file that the services are those of, relative to their folder; None where commands start
            them.
        packages: what they need beside these.
        localhost: whether they find each other at 127.0.0.1.
    """

    services: Mapping[Role, Service] = field(default_factory=dict)
    servers: Servers = field(default_factory=Servers)
    queue: Queue | None = None
    requirements: tuple[str, ...] = ()
    compose: str | None = None
    packages: tuple[str, ...] = ()
    localhost: bool = False


@dataclass(frozen=True)
class Guess:
    """A system as far as it is known, before a person has said more.

    Attributes:
        name: of the system.
        parts: its services and servers.
        post: how a message is sent; None if nothing says so.
        get: how the messages are read; None if nothing says so.
    """

    name: str
    parts: Parts
    post: Post | None
    get: Get | None
