"""Leaves, for each seed, one scenario with a random nemesis, which the seed draws: `--nemesis-one`.

A pytest plugin of its own. These scenarios are a matrix of workloads, servers, settings and kinds of faults; a seed is
one cell of it. Which one depends on the scenarios that there are: the command that repeats it names it.
"""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from harness.plugin.options import value
from harness.plugin.planning import seed_of

_DRAWN = pytest.StashKey[list[str]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves one of the items of each seed that -m and -k have left."""
    if not value(config, "--nemesis-one"):
        return
    by_seed: defaultdict[int, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if (seed := seed_of(item)) is not None:
            by_seed[seed].append(item)
    # Not by the seed alone, which draws the plan: a cell and its faults would belong together.
    drawn = [random.Random(f"scenario {seed}").choice(choices) for seed, choices in by_seed.items()]
    config.hook.pytest_deselected(items=[item for item in items if item not in drawn])
    # In the order that they have: those of one topology are together.
    items[:] = [item for item in items if item in drawn]
    config.stash[_DRAWN] = [item.nodeid for item in items]


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Says which scenarios were drawn."""
    return [f"drawn: {scenario}" for scenario in config.stash.get(_DRAWN, [])]
