"""A pytest plugin that runs the scenarios by topology, so that each distinct one is deployed once and then removed.

The order within a topology stays that of the files.
"""

from __future__ import annotations

from dataclasses import fields

import pytest

from harness.plugin import uses_harness
from harness.run import Shape, whole
from harness.topology.timings import FAST

_FIELDS = {field.name for field in fields(Shape)}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups the scenarios, the topology that is asked for first coming first; what is none stays where it is."""
    places = [place for place, item in enumerate(items) if uses_harness(item)]
    found = {place: topology_of(items[place]) for place in places}
    ranks = {topology: rank for rank, topology in enumerate(dict.fromkeys(found.values()))}
    order = sorted(places, key=lambda place: ranks[found[place]])
    for place, item in zip(places, [items[place] for place in order], strict=True):
        items[place] = item


def topology_of(item: pytest.Item) -> str:
    """The name of the topology that the scenario's `system` markers ask for; the closest marker wins."""
    markers = reversed(list(item.iter_markers("system")))
    wanted = {name: value for marker in markers for name, value in marker.kwargs.items() if name in _FIELDS}
    return whole(FAST, Shape(**wanted)).name
