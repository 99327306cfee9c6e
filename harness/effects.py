"""Effects of faults: what the clusters have to show afterwards, such as a new leader or a shorter member list.

A new effect is one more function that returns an `Effect`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Node
from harness.clusters import Clusters
from harness.steps import Step

#: Looks at the clusters and the hurt nodes; something true that can be shown (JSON) once the effect is there.
Probe = Callable[[Clusters, Sequence[Node]], object]


@dataclass(frozen=True)
class Effect:
    """A condition that the clusters show once a fault has had its consequences.

    Attributes:
        name: for the history.
        what: in words, for a person.
        probe: tells whether it is there.
        shows: which step of what follows a fault that is.
    """

    name: str
    what: str
    probe: Probe
    shows: Step = Step.DETECTION
