"""Keeps what the page shows: asks the session when a page wants it, and never waits for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import wait
from dataclasses import asdict
from typing import Any

from harness.errors import HarnessError
from harness.events import Event
from harness.gather import Question
from harness.session.client import ask
from harness.watch.counters import counters
from harness.watch.timeline import Timeline

#: Several pages that ask within this time see the same answer.
_FRESH_S = 0.5
#: Then the page is told that the session is silent. Longer than the session gives each part of a snapshot.
_PATIENCE_S = 4.0
#: From monotonic nanoseconds to those since 1970.
_SINCE_EPOCH_NS = time.time_ns() - time.monotonic_ns()


class Watcher:
    """The last that was seen of the system, for pages. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._question: Question[None] | None = None
        self._asked_at = 0.0
        self._session: str | None = None
        self._timeline = Timeline()
        self._taken = 0
        self._seen: Mapping[str, Any] = {}
        self._seen_at = time.monotonic()
        self._gone: str | None = None

    def look(self, window_s: float | None) -> Mapping[str, object]:
        """The state for a page, asked anew unless that was just done.

        `running` is false once no session answers, with the reason in `why`; `age_s` grows while a session is silent.
        """
        wait([self._refreshing().future], timeout=_PATIENCE_S)
        with self._lock:
            now = time.monotonic()
            # The timeline of a system that is gone stands still.
            shown = now if self._gone is None else self._seen_at
            return {
                "running": self._gone is None,
                "why": self._gone,
                "age_s": now - self._seen_at,
                **self._seen,
                "counters": [asdict(each) for each in counters(self._seen.get("requests", ()), self._timeline.counts)],
                "timeline": self._timeline.drawn(round(shown * 1e9), window_s),
                "news": [
                    {"at_ms": (news.at + _SINCE_EPOCH_NS) // 1_000_000, "words": news.words}
                    for news in self._timeline.news
                ],
            }

    def _refreshing(self) -> Question[None]:
        """The question to the session that is under way; a new one unless the last answer is fresh."""
        with self._lock:
            last = self._question
            if last is None or (last.future.done() and time.monotonic() - self._asked_at > _FRESH_S):
                self._asked_at = time.monotonic()
                last = self._question = Question("the session", self._refresh)
            return last

    def _refresh(self) -> None:
        try:
            seen = dict(ask("watch", self._session, self._taken))
        except HarnessError as error:
            with self._lock:
                self._gone = str(error)
            return
        events, session, taken = seen.pop("events"), seen.pop("session"), seen.pop("taken")
        with self._lock:
            if session != self._session:
                self._session, self._timeline = session, Timeline()
            self._timeline.take(Event(*event) for event in events)
            self._taken, self._seen, self._seen_at, self._gone = taken, seen, time.monotonic(), None
