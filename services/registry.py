"""A service's own entry in config's registry: registered once it is fit for work, renewed, and taken out when it stops.

It speaks HTTP with the standard library: the logging and messages services need no other HTTP client, and importing
one costs more than everything else they do at start.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from urllib.parse import quote, urlsplit
from uuid import uuid4

from services.logs import Log
from services.parts import TICK_S
from services.settings import Service

#: How long config may take to answer, in seconds.
TIMEOUT_S = 1.0


class RegistryError(Exception):
    """Config did not take the request."""


class Lease:
    """Keeps this service in config's registry.

    Args:
        service: what to register.
        role: under which role.
        config_url: where config is.
        fit: whether the service can do its job; it registers only then, and keeps renewing afterwards.
        log: where it tells what happened.
    """

    def __init__(self, service: Service, role: str, config_url: str, *, fit: Callable[[], bool], log: Log) -> None:
        self._service, self._role, self._fit, self._log = service, role, fit, log
        url = urlsplit(config_url)
        self._host, self._port = url.hostname or "", url.port or 80
        # A start of its own: what is still on its way when this process ends must not speak for the next one.
        self._path = f"{url.path}/instances/{quote(service.name, safe='')}/{uuid4()}"
        self._registered = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def start(self) -> None:
        """Begins to register."""
        self._thread.start()

    def problem(self) -> str | None:
        """Why this service is not registered, or None if it is."""
        return None if self._registered else "not registered with config"

    def stop(self, within_s: float) -> None:
        """Takes the entry out; if config does not answer, the lease will run out by itself."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._registered = False
        try:
            # Whatever was answered so far: a renewal that is under way may arrive before this, and is refused after it.
            self._request("DELETE", None, min(within_s, 0.5))
            self._log("deregistered")
        except (OSError, http.client.HTTPException, RegistryError) as error:
            self._log("not deregistered", error=repr(error))

    def _renew(self) -> None:
        while not self._fit():
            if self._stopping.wait(TICK_S / 2):
                return
        body = {"role": self._role, "url": self._service.advertise_url, "lease_s": self._service.lease_s}
        while not self._stopping.is_set():
            self._stopping.wait(self._service.lease_s / 3 if self._put(body) else TICK_S * 2)

    def _put(self, body: dict[str, object]) -> bool:
        try:
            self._request("PUT", json.dumps(body), TIMEOUT_S)
        except (OSError, http.client.HTTPException, RegistryError) as error:
            if self._registered:
                self._log("lease not renewed", error=repr(error))
            self._registered = False
            return False
        if not self._registered:
            self._log("registered", role=self._role, url=self._service.advertise_url)
        self._registered = True
        return True

    def _request(self, method: str, body: str | None, timeout_s: float) -> None:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout_s)
        try:
            connection.request(method, self._path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
            if response.status >= 300:
                raise RegistryError(f"config answered {response.status} to {method} {self._path}: {text[:200]}")
        finally:
            connection.close()
