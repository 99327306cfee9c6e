"""How much the clients of a workload do, and what has come of it so far.

In a closed loop a client asks again once it was answered, so a slow system is asked less. In an open one requests come
at a rate, whatever is answered, as from people (Schroeder et al., "Open versus closed: a cautionary tale", NSDI 2006).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Collection

from harness.events import Type
from harness.waiting import until


class Pace:
    """Lets somebody through so many times a second, or whenever they ask. Not thread-safe: each client has its own."""

    def __init__(self, a_second: float | None, stop: threading.Event) -> None:
        """Begins now.

        Args:
            a_second: how often; None: as often as somebody asks.
            stop: ends every wait.
        """
        self._every_s = 0.0 if a_second is None else 1 / a_second
        self._next_s = time.monotonic()
        self._stop = stop

    def await_next(self) -> None:
        """Returns when it is time. Who comes late is let through at once, so that a pause costs none of the rate."""
        if wait_s := max(0.0, self._next_s - time.monotonic()):
            self._stop.wait(wait_s)
        self._next_s += self._every_s


class Tally:
    """How many operations ended how, counted by the clients that made them; from any thread."""

    def __init__(self, what: str) -> None:
        """Of none so far; `what` is what several of them are called."""
        self._what = what
        self._lock = threading.Lock()
        self._acknowledged: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()

    def count(self, outcome: Type, at: str = "") -> None:
        """Notes that one more ended so, at a node if its client asks that one alone."""
        with self._lock:
            self._acknowledged[at] += outcome == "ok"
            self._answered[at] += outcome != "info"

    @property
    def acknowledged(self) -> int:
        """How many succeeded."""
        return self._acknowledged.total()

    def await_acknowledged(self, count: int, *, at: Collection[str] = (), timeout_s: float = 60) -> None:
        """Waits until `count` more have succeeded than at the time of the call.

        Args:
            count: how many.
            at: the names of the nodes at which alone they count; all if there are none.
            timeout_s: how long to wait, in seconds.

        Raises:
            AwaitTimeoutError: they had not by then.
        """

        self._await(count, "acknowledged", self._acknowledged, at, timeout_s)

    def await_answered(self, count: int, *, at: Collection[str] = (), timeout_s: float = 60) -> None:
        """Waits until of `count` more it is known whether they took place; see `await_acknowledged`.

        A node that refuses whatever it is asked answers as well.
        """
        self._await(count, "answered", self._answered, at, timeout_s)

    def _await(self, count: int, how: str, ended: Counter[str], at: Collection[str], timeout_s: float) -> None:
        def so_far() -> int:
            return sum(ended[name] for name in at) if at else ended.total()

        wanted = so_far() + count
        where = f" at {', '.join(sorted(at))}" if at else ""
        until(
            f"{count} more {how} {self._what}{where}",
            so_far,
            lambda number: number >= wanted,
            timeout_s=timeout_s,
        )
