"""Effects of faults: what the clusters have to show afterwards, such as a new leader or a shorter member list.

A new effect is one more function that returns an `Effect`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Node
from harness.clusters import Clusters

#: Looks at the clusters and the hurt nodes; something true that can be shown (JSON) once the effect is there.
Probe = Callable[[Clusters, Sequence[Node]], object]


@dataclass(frozen=True)
class Effect:
    """A condition with a name for the history and words for a person."""

    name: str
    what: str
    probe: Probe
