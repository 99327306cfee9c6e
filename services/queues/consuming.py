"""The consumer thread: steps a source, and opens it again whenever its client fails. Its death shows in /health."""

from __future__ import annotations

import threading
import time

import tenacity

from services.logs import Log
from services.queues import Source, Store

#: A step that takes longer than this counts as stuck, in seconds.
STUCK_S = 10.0


class Consuming:
    """The part of the messages service that consumes.

    Args:
        source: where messages come from.
        store: where they go.
        log: where it tells what happened.
    """

    def __init__(self, source: Source, store: Store, log: Log) -> None:
        self._source, self._store, self._log = source, store, log
        self._stopping = threading.Event()
        self._stepped = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="consumer", daemon=True)

    def start(self) -> None:
        """Begins to consume."""
        self._thread.start()

    def problem(self) -> str | None:
        """The reason why no messages come: the thread is dead or stuck, or what the source says; else None."""
        if not self._thread.is_alive():
            return "the consumer thread is dead"
        if (idle_s := time.monotonic() - self._stepped) > STUCK_S:
            return f"the consumer has been stuck for {idle_s:.0f} s"
        return self._source.problem()

    def stop(self, within_s: float) -> None:
        """Finishes the step under way and leaves the queue."""
        self._stopping.set()
        self._thread.join(within_s)
        self._source.end(within_s / 2)
        if self._thread.is_alive():
            self._log("consumer did not end in time", within_s=within_s)

    def _run(self) -> None:
        retrying = tenacity.Retrying(
            wait=tenacity.wait_fixed(0.2),
            stop=tenacity.stop_when_event_set(self._stopping),
            sleep=tenacity.sleep_using_event(self._stopping),
            before_sleep=self._tell,
        )
        try:
            retrying(self._consume)
        except tenacity.RetryError as error:
            self._log("consumer ended on an error", error=repr(error.last_attempt.exception()))

    def _consume(self) -> None:
        self._stepped = time.monotonic()
        try:
            self._source.open()
            while not self._stopping.is_set():
                self._source.step(self._store)
                self._stepped = time.monotonic()
        finally:
            self._source.close()

    def _tell(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if state.attempt_number <= 3 or state.attempt_number % 25 == 0:
            self._log("consumer connects again", attempt=state.attempt_number, error=repr(error))
