"""What the time of a scenario is spent on, counted in the thread that runs it.

What begins while something is counted is part of that: a wait within the start of servers counts as their start.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum


class On(StrEnum):
    """What time is spent on; the scenario's own requests are what is left.

    Servers start, and are brought back after what the scenario before has broken; its services start. Faults are
    injected and undone; something is waited for, or a fault is kept in force; checkers judge; the report is made.
    """

    START = "start"
    HEAL = "heal"
    SERVICES = "services"
    FAULT = "fault"
    WAIT = "wait"
    CHECK = "check"
    REPORT = "report"


_spent: dict[On, float] = {}
_counted: list[On] = []


@contextmanager
def spending(on: On) -> Iterator[None]:
    """Counts the time of the block, unless that is part of something that is counted already."""
    if _counted or threading.current_thread() is not threading.main_thread():
        yield
        return
    _counted.append(on)
    began = time.monotonic()
    try:
        yield
    finally:
        _counted.clear()
        _spent[on] = _spent.get(on, 0.0) + time.monotonic() - began


def settled() -> Mapping[On, float]:
    """The seconds that were spent since this was last asked, by what they were spent on."""
    spent = dict(_spent)
    _spent.clear()
    return spent
