"""What an item of pytest says of the scenario that it is."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from harness.plugin.ordering import declared_by, has_system, subject_of
from harness.report.scenario import ScenarioReport
from harness.system import System
from harness.topology.timings import FAST

#: The id that pytest takes, of an item that has another one as it is one of many runs of the same.
REPEATED = pytest.StashKey[str]()


def servers(item: pytest.Item) -> Collection[str]:
    """The names of the nodes of a scenario's servers."""
    declared = declared_by(item).servers if has_system(item) else ()
    return [spec.name for each in declared for spec in each.nodes(FAST)]


def docstring(item: pytest.Item) -> str:
    """The docstring of a scenario; empty without one."""
    return getattr(item, "obj", None).__doc__ or ""


def guarantee(item: pytest.Item) -> str:
    """What the mark of a scenario says that has to hold; empty without one."""
    marker = item.get_closest_marker("guarantee")
    return str(marker.args[0]) if marker else ""


def subject(item: pytest.Item) -> str:
    """The part of a scenario's system that it is about: servers that a marker names, else all that was declared."""
    if not has_system(item):
        return "other"
    system = declared_by(item)
    return " and ".join(subject_of(item, system)) or system.name


def id_of(item: pytest.Item) -> str:
    """The id of the scenario that an item is, or is a repetition of."""
    return item.stash.get(REPEATED, item.nodeid)


def made(item: pytest.Item) -> tuple[ScenarioReport | None, System | None]:
    """The report and the system of a scenario, as far as they were made."""
    fixtures = getattr(item, "funcargs", None) or {}
    return fixtures.get("report"), fixtures.get("system")
