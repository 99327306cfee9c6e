"""Finds scenarios by what a person types, as pytest would, without running any."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import pytest

from harness.errors import BadInputError
from harness.plugin import is_scenario
from harness.plugin.meant import meant, parts

_SHOWN = 300


class _Collector:
    """Keeps what pytest collected."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Takes the items that are left after all selecting."""
        self.items = list(session.items)


def collected(scenario: str) -> list[pytest.Item]:
    """The scenarios that a person means: by a path, a test as pytest names it or the end of that, or a part of it.

    Raises:
        BadInputError: there is none, or they can't be collected.
    """
    path, name = parts(scenario)
    collector, said = _Collector(), io.StringIO()
    with redirect_stdout(said):
        status = pytest.main(["--collect-only", "-qq", *([path] if path else [])], plugins=[collector])
    scenarios = {item.nodeid: item for item in collector.items if is_scenario(item)}
    chosen = [scenarios[each] for each in meant(name, list(scenarios))]
    if not chosen:
        words = " ".join(said.getvalue().split())[-_SHOWN:] if status not in (0, 5) else ""
        raise BadInputError(
            f"no scenario is {scenario!r}; give a test as pytest names it, or a part of its name"
            + (f": {words}" if words else "")
        )
    return chosen
