"""Finds scenarios by what a person types, as pytest would, without running any."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from harness.errors import BadInputError
from harness.plugin import is_scenario

_SHOWN = 300


class _Collector:
    """Keeps what pytest collected."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Takes the items that are left after all selecting."""
        self.items = list(session.items)


def collected(scenario: str) -> list[pytest.Item]:
    """The scenarios that a person means: by a path or a test as pytest names it, or by a part of the name.

    Raises:
        BadInputError: there is none, or they can't be collected.
    """
    chosen = [scenario] if Path(scenario.partition("::")[0]).exists() else ["-k", scenario]
    collector, said = _Collector(), io.StringIO()
    with redirect_stdout(said):
        status = pytest.main(["--collect-only", "-qq", *chosen], plugins=[collector])
    items = [item for item in collector.items if is_scenario(item)]
    if not items:
        words = " ".join(said.getvalue().split())[-_SHOWN:] if status not in (0, 5) else ""
        raise BadInputError(
            f"no scenario is {scenario!r}; give a test as pytest names it, or a part of its name"
            + (f": {words}" if words else "")
        )
    return items
