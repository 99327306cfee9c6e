"""The config service: the registry of live service instances. An entry that is not renewed within its lease is gone.

An entry is of an incarnation, one start of a service: a renewal that arrives after its incarnation was taken out (it
waited for a config that hung, say) does not bring it back, and a removal that is late leaves the next one alone.

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
from services.http import Json, Problem, application, body
from services.logs import Log


class Registration(msgspec.Struct):
    """What a service says of itself; it is gone `lease_s` seconds after it was last renewed."""

    role: Annotated[str, msgspec.Meta(min_length=1)]
    url: Annotated[str, msgspec.Meta(pattern=r"^https?://")]
    lease_s: Annotated[float, msgspec.Meta(gt=0, le=3600)]


#: For how long it is remembered which incarnations were taken out, in seconds: a service ends soon after it asked.
REMEMBERED_S = 60.0


class Instance(msgspec.Struct):
    """A live instance, as others need it."""

    name: str
    url: str


@dataclass(frozen=True)
class Entry:
    """The registration of an incarnation and when it runs out, on the monotonic clock, in seconds."""

    incarnation: str
    registration: Registration
    until: float


class GoneError(Exception):
    """The incarnation was taken out before."""


class Registry:
    """The live entries by name.

    Args:
        log: where changes are told.
        clock: monotonic seconds.
    """

    def __init__(self, log: Log, clock: Callable[[], float] = time.monotonic) -> None:
        self._log, self._clock = log, clock
        self._entries: dict[str, Entry] = {}
        self._gone: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def put(self, name: str, incarnation: str, registration: Registration) -> bool:
        """Registers an instance or renews it; True if it was not there before.

        Raises:
            GoneError: this incarnation was taken out.
        """
        with self._lock:
            self._expire()
            if (name, incarnation) in self._gone:
                raise GoneError(f"{name} was taken out, this is from before: {incarnation}")
            new = name not in self._entries
            self._entries[name] = Entry(incarnation, registration, self._clock() + registration.lease_s)
        if new:
            self._log("registered", name=name, incarnation=incarnation, role=registration.role, url=registration.url)
        return new

    def delete(self, name: str, incarnation: str) -> None:
        """Takes an instance out; one that is not there, or that another incarnation has taken over, is no error."""
        with self._lock:
            self._gone[name, incarnation] = self._clock() + REMEMBERED_S
            entry = self._entries.get(name)
            if entry is None or entry.incarnation != incarnation:
                return
            del self._entries[name]
        self._log("deregistered", name=name, incarnation=incarnation, role=entry.registration.role)

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
        self._gone = {life: until for life, until in self._gone.items() if until > now}


def build(registry: Registry) -> Starlette:
    """The HTTP application of the config service."""

    async def put(request: Request) -> Json:
        """Registers (201) or renews (200) an instance; 410 if this incarnation was taken out."""
        name, incarnation = _named(request)
        registration = await body(request, Registration)
        try:
            new = registry.put(name, incarnation, registration)
        except GoneError as error:
            return Json(Problem(str(error)), 410)
        return Json(Instance(name=name, url=registration.url), 201 if new else 200)

    async def delete(request: Request) -> Response:
        """Takes an instance out; one that is not there is no error."""
        registry.delete(*_named(request))
        return Response(status_code=204)

    async def live(request: Request) -> Json:
        """The live instances by role."""
        return Json(registry.live())

    path = "/instances/{name}/{incarnation}"
    return application(
        [
            Route(path, put, methods=["PUT"]),
            Route(path, delete, methods=["DELETE"]),
            Route("/instances", live),
        ]
    )


def _named(request: Request) -> tuple[str, str]:
    """The name and the incarnation that a request is about."""
    return request.path_params["name"], request.path_params["incarnation"]


def main() -> None:
    """Runs the config service."""
    service = settings.read(settings.service)
    log = Log(service.name)
    run(service, build(Registry(log)), Stages(), log)


if __name__ == "__main__":
    main()
