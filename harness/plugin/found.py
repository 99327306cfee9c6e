"""What an error says of the system that it came from, in words that need no traceback."""

from __future__ import annotations

import re
from collections.abc import Collection

from harness.assertions import GuaranteeBrokenError
from harness.errors import HarnessError
from harness.report.outcome import Found

#: How pytest tells a comparison for which the scenario has no words.
_COMPARED = "assert "
_LONGEST = 500


def found_in(error: BaseException, title: str, servers: Collection[str] = ()) -> tuple[Found, ...]:
    """What is wrong by this error: what a checker found, each by itself, else the first line, without what pytest adds.

    Args:
        error: that a scenario, its setup or its end raised.
        title: of the scenario, which is said where the error has no words.
        servers: the names of the nodes that the harness brings along: what befalls these is no fault of the system's.
    """
    if isinstance(error, GuaranteeBrokenError):
        return tuple(Found(anomaly.name, anomaly.sentence) for anomaly in error.verdict.anomalies)
    first = (str(error).strip().splitlines() or [""])[0]
    if isinstance(error, AssertionError):
        words = f"it is not so: {title}" if not first or first.startswith(_COMPARED) else first
        return (Found("", _cut(words)),)
    if isinstance(error, HarnessError):
        ours = any(re.search(rf"\b{re.escape(name)}\b", first) for name in servers)
        return (Found("" if ours else error.finding, _cut(first), judged=False),)
    return (Found("", _cut(f"{type(error).__name__}: {first}"), judged=False),)


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."
