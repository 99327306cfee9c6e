"""config: the registry of live service instances. Entries have a lease; one that is not renewed in time is gone.

It keeps nothing on disk: one that restarts empty is filled again by the renewals.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Response
from pydantic import BaseModel, Field

from services import settings
from services.app import Stages, run
from services.logs import Log


class Registration(BaseModel):
    """What a service says of itself."""

    role: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://")
    lease_s: float = Field(gt=0, le=3600, description="gone after this time without renewal")


class Instance(BaseModel):
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


def build(registry: Registry) -> FastAPI:
    """The HTTP side."""
    app = FastAPI(title="config", description=__doc__)

    @app.put("/instances/{name}")
    async def put(name: str, registration: Registration, response: Response) -> Instance:
        """Registers (201) or renews (200) an instance."""
        response.status_code = 201 if registry.put(name, registration) else 200
        return Instance(name=name, url=registration.url)

    @app.delete("/instances/{name}", status_code=204)
    async def delete(name: str) -> None:
        """Takes an instance out; one that is not there is no error."""
        registry.delete(name)

    @app.get("/instances")
    async def live() -> dict[str, list[Instance]]:
        """The live instances by role."""
        return registry.live()

    return app


def main() -> None:
    """Runs the service."""
    service = settings.read(settings.service)
    log = Log(service.name)
    run(service, build(Registry(log)), Stages(), log)


if __name__ == "__main__":
    main()
