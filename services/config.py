"""config: the registry of live service instances. Entries have a lease; one that is not renewed in time is gone.

It keeps nothing on disk: one that restarts empty is filled again by the renewals.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services import settings
from services.app import Stages, run
from services.http import Json, application, body
from services.logs import Log


class Registration(msgspec.Struct):
    """What a service says of itself; it is gone `lease_s` seconds after it was last renewed."""

    role: Annotated[str, msgspec.Meta(min_length=1)]
    url: Annotated[str, msgspec.Meta(pattern=r"^https?://")]
    lease_s: Annotated[float, msgspec.Meta(gt=0, le=3600)]


class Instance(msgspec.Struct):
    """A live instance, as others need it."""

    name: str
    url: str


@dataclass(frozen=True)
class Entry:
    """A registration and when it runs out, on the monotonic clock, in seconds."""

    registration: Registration
    until: float


class Registry:
    """The live entries by name.

    Args:
        log: where changes are told.
        clock: monotonic seconds.
    """

    def __init__(self, log: Log, clock: Callable[[], float] = time.monotonic) -> None:
        self._log, self._clock = log, clock
        self._entries: dict[str, Entry] = {}
        self._lock = threading.Lock()

    def put(self, name: str, registration: Registration) -> bool:
        """Registers or renews; True if it was not there before."""
        with self._lock:
            self._expire()
            new = name not in self._entries
            self._entries[name] = Entry(registration, self._clock() + registration.lease_s)
        if new:
            self._log("registered", name=name, role=registration.role, url=registration.url)
        return new

    def delete(self, name: str) -> None:
        """Takes it out; one that is not there is no error."""
        with self._lock:
            entry = self._entries.pop(name, None)
        if entry:
            self._log("deregistered", name=name, role=entry.registration.role)

    def live(self) -> dict[str, list[Instance]]:
        """The live instances by role, in order of their names."""
        with self._lock:
            self._expire()
            entries = sorted(self._entries.items())
        roles: dict[str, list[Instance]] = {}
        for name, entry in entries:
            roles.setdefault(entry.registration.role, []).append(Instance(name=name, url=entry.registration.url))
        return roles

    def _expire(self) -> None:
        now = self._clock()
        for name in [name for name, entry in self._entries.items() if entry.until <= now]:
            self._log("lease expired", name=name, role=self._entries.pop(name).registration.role)


def build(registry: Registry) -> Starlette:
    """The HTTP side."""

    async def put(request: Request) -> Json:
        """Registers (201) or renews (200) an instance."""
        name: str = request.path_params["name"]
        registration = await body(request, Registration)
        new = registry.put(name, registration)
        return Json(Instance(name=name, url=registration.url), 201 if new else 200)

    async def delete(request: Request) -> Response:
        """Takes an instance out; one that is not there is no error."""
        registry.delete(request.path_params["name"])
        return Response(status_code=204)

    async def live(request: Request) -> Json:
        """The live instances by role."""
        return Json(registry.live())

    one = "/instances/{name}"
    return application(
        [
            Route(one, put, methods=["PUT"]),
            Route(one, delete, methods=["DELETE"]),
            Route("/instances", live),
        ]
    )


def main() -> None:
    """Runs the service."""
    service = settings.read(settings.service)
    log = Log(service.name)
    run(service, build(Registry(log)), Stages(), log)


if __name__ == "__main__":
    main()
