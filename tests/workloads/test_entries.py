"""The entries in config's registry, by config's log."""

from __future__ import annotations

import pytest

from harness.errors import InconclusiveError
from harness.messages.entries import Entry, entry_of

_LOG = [
    {"event": "starting", "service": "config"},
    *(
        {"event": "registered", "name": name, "incarnation": start, "role": "logging", "url": "http://127.0.0.1:8000"}
        for name, start in (("logging-1", "first"), ("logging-2", "other"), ("logging-1", "second"))
    ),
    {"event": "deregistered", "name": "logging-1", "incarnation": "second", "role": "logging"},
]


def test_the_latest_entry_of_a_name_counts() -> None:
    assert entry_of("logging-1", _LOG) == Entry("logging-1", "second", "logging", "http://127.0.0.1:8000")


def test_of_a_name_that_never_came_in_nothing_can_come_late() -> None:
    with pytest.raises(InconclusiveError, match=r"names no entry of logging-3"):
        entry_of("logging-3", _LOG)
