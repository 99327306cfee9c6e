"""A nemesis without a cluster, for the tests of what it does to nodes that they have at hand."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext

from harness.backends.protocol import Ability, Node
from harness.clusters import Clusters
from harness.faults.nemesis import Nemesis
from harness.history import History
from harness.targets import Picked, Target


def asking_nobody(history: History, abilities: Collection[Ability]) -> Nemesis:
    """One that breaks nodes with these abilities, picks by itself and asks no cluster."""
    return Nemesis(Clusters({}, []), history, frozenset(abilities), detection_s=1, step=lambda words: nullcontext())


def only(*nodes: Node) -> Target:
    """A target that picks these nodes."""
    return lambda clusters: Picked(nodes, "of the test")
