"""What a service is put together from: parts that start, can say what is wrong with them, and stop in bounded time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import tenacity

from services.logs import Log

T = TypeVar("T")
#: How often a part that waits looks again, in seconds.
TICK_S = 0.1


class Part(Protocol):
    """One thing that a service runs."""

    def start(self) -> None:
        """Begins the part's work; returns at once."""

    def problem(self) -> str | None:
        """The reason why the part can't do its job now, or None if it can."""

    def stop(self, within_s: float) -> None:
        """Ends the part, and returns after `within_s` seconds at the latest."""


class NotConnectedError(Exception):
    """The server behind a connection has not answered yet, or does not answer now: nothing was sent."""


class Reconnecting(Generic[T]):
    """A client that is made in the background, again and again until its server answers, and made anew if it dies.

    Args:
        what: its name in logs and in /health.
        make: makes it, or raises.
        alive: whether it is still of use; one that is not is closed and made anew.
        close: closes it; gets the seconds it may take.
        log: where attempts are told.
    """

    def __init__(
        self,
        what: str,
        *,
        make: Callable[[], T],
        alive: Callable[[T], bool],
        close: Callable[[T, float], None],
        log: Log,
    ) -> None:
        self._what, self._make, self._alive, self._close, self._log = what, make, alive, close, log
        self._client: T | None = None
        self._connected = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"keep-{what}", daemon=True)

    def start(self) -> None:
        """Begins to connect."""
        self._thread.start()

    def problem(self) -> str | None:
        """Why the client can't be used now, or None if it can."""
        client = self._client
        return None if client is not None and self._alive(client) else f"not connected to {self._what}"

    def get(self, within_s: float = 0.0) -> T:
        """The connected client; where there is none yet, it is waited for as long as that, in seconds.

        Raises:
            NotConnectedError: there is none then.
        """
        self._connected.wait(max(within_s, 0.0))
        client = self._client
        if client is None:
            raise NotConnectedError(f"not connected to {self._what}")
        return client

    def stop(self, within_s: float) -> None:
        """Closes the client."""
        self._stopping.set()
        client, self._client = self._client, None
        if client is not None:
            self._close(client, within_s)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            client = self._connect()
            if client is None:
                return
            self._client = client
            self._connected.set()
            self._log("connected", to=self._what)
            while self._alive(client):
                if self._stopping.wait(TICK_S):
                    return
            self._connected.clear()
            self._client = None
            self._log("connection lost", to=self._what)
            self._close_dead(client)

    def _connect(self) -> T | None:
        retrying = tenacity.Retrying(
            wait=tenacity.wait_exponential(multiplier=0.05, max=0.5),
            stop=tenacity.stop_when_event_set(self._stopping),
            sleep=tenacity.sleep_using_event(self._stopping),
            before_sleep=self._tell,
        )
        try:
            return retrying(self._make)
        except tenacity.RetryError:
            return None

    def _tell(self, state: tenacity.RetryCallState) -> None:
        if state.attempt_number in {1, 10} or state.attempt_number % 50 == 0:
            error = state.outcome.exception() if state.outcome else None
            self._log("connecting", to=self._what, attempt=state.attempt_number, error=repr(error))

    def _close_dead(self, client: T) -> None:
        try:
            self._close(client, 1.0)
        except Exception as error:
            self._log("close failed", of=self._what, error=repr(error))
