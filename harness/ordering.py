"""A pytest plugin that runs the scenarios by topology, so that each distinct one is deployed once and then removed.

The order within a topology stays that of the files.
"""

from __future__ import annotations

import inspect
from collections.abc import Hashable

import pytest

from harness.run import whole

#: The arguments of `@pytest.mark.system` that say which servers there are.
_ARGUMENTS = {
    name: parameter.default
    for name, parameter in inspect.signature(whole).parameters.items()
    if parameter.kind is inspect.Parameter.KEYWORD_ONLY
}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups the items, the topology that is asked for first coming first."""
    found = [topology_of(item) for item in items]
    places = {topology: place for place, topology in enumerate(dict.fromkeys(found))}
    order = sorted(range(len(items)), key=lambda place: places[found[place]])
    items[:] = [items[place] for place in order]


def topology_of(item: pytest.Item) -> Hashable:
    """What the scenario's `system` markers say of the servers; the closest marker wins."""
    wanted = dict(_ARGUMENTS)
    for marker in reversed(list(item.iter_markers("system"))):
        wanted.update((name, value) for name, value in marker.kwargs.items() if name in wanted)
    return tuple(wanted.items())
