"""Tells when the messages instances have settled: all that is due has come, or nothing more does."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

_SETTLED_S = 1.0
_GIVEN_UP_S = 10.0


@dataclass(frozen=True)
class Held:
    """The number of acknowledged messages that no instance holds, and the seconds for which nothing has changed."""

    missing: int
    unchanged_s: float

    @property
    def settled(self) -> bool:
        """Whether what the instances hold no longer changes, so that the final read can begin."""
        return self.unchanged_s >= (_GIVEN_UP_S if self.missing else _SETTLED_S)


class Settling:
    """Watches what the messages instances hold until it no longer changes."""

    def __init__(self, due: frozenset[str]) -> None:
        """Begins to watch for these messages."""
        self._due = due
        self._last: Mapping[str, Sequence[str]] = {}
        self._since_s = time.monotonic()

    def look(self, held: Mapping[str, Sequence[str]]) -> Held:
        """Takes note of what each instance holds now."""
        if held != self._last:
            self._last, self._since_s = held, time.monotonic()
        missing = self._due.difference(*held.values())
        return Held(len(missing), round(time.monotonic() - self._since_s, 1))

    @property
    def restless(self) -> str:
        """What they hold so far, and that it still changes, in words."""
        told = ", ".join(f"{name} has {len(messages)}" for name, messages in self._last.items())
        came = len(self._due.intersection(chain.from_iterable(self._last.values())))
        return (
            f"what the messages instances have still changed {time.monotonic() - self._since_s:.1f} s ago: {told}; "
            f"{came} of {len(self._due)} acknowledged messages have come"
        )
