"""Histories of transactions on lists, written short: "ax1 ry23" appends 1 to x and reads y as [2, 3]; "rx" reads [].

Keys and elements of more than one character have separators: "a:256:4 r:255:2,3,8".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.events import Event, Type


def txn(short: str) -> list[list[Any]]:
    """The micro-operations of one transaction."""
    return [_micro(word) for word in short.split()]


def _micro(word: str) -> list[Any]:
    _, key, given = word.split(":") if ":" in word else (word[0], word[1], ",".join(word[2:]))
    numbers = [int(number) for number in given.split(",") if number]
    return ["append", key, numbers[0]] if word[0] == "a" else ["r", key, numbers]


def serially(*shorts: str) -> tuple[Event, ...]:
    """One transaction after the other, each by a process of its own; one after "fail " or "info " has that outcome."""
    events: list[Event] = []
    for process, each in enumerate(shorts):
        outcome: Type = "fail" if each.startswith("fail ") else "info" if each.startswith("info ") else "ok"
        short = each.removeprefix(f"{outcome} ")
        events += _operation(len(events), process, outcome, txn(short))
    return tuple(events)


def _operation(at: int, process: int, outcome: Type, value: Sequence[Any]) -> list[Event]:
    asked = [[f, key, None if f == "r" else given] for f, key, given in value]
    answered = value if outcome == "ok" else asked
    return [Event(at, process, "invoke", "txn", asked, at), Event(at + 1, process, outcome, "txn", answered, at + 1)]
