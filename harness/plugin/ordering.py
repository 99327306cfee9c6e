"""A pytest plugin that runs the scenarios by topology, so that each distinct one is deployed once and then removed.

The order within a topology stays that of the files.
"""

from __future__ import annotations

from dataclasses import fields

import pytest

from harness.run import Shape, whole
from harness.topology.timings import FAST

_FIELDS = {field.name for field in fields(Shape)}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups the items, the topology that is asked for first coming first."""
    found = [topology_of(item) for item in items]
    places = {topology: place for place, topology in enumerate(dict.fromkeys(found))}
    order = sorted(range(len(items)), key=lambda place: places[found[place]])
    items[:] = [items[place] for place in order]


def topology_of(item: pytest.Item) -> str:
    """The name of the topology that the scenario's `system` markers ask for; the closest marker wins."""
    markers = reversed(list(item.iter_markers("system")))
    wanted = {name: value for marker in markers for name, value in marker.kwargs.items() if name in _FIELDS}
    return whole(FAST, Shape(**wanted)).name
