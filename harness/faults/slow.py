"""Slow: the node goes on with a part of the processors' time, as beside a greedy neighbour or on a worn-out machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Throttleable
from harness.errors import AwaitTimeoutError, BadInputError, FaultDidNotBiteError
from harness.faults.protocol import each
from harness.taken import Taken
from harness.waiting import until

_LOOK_S = 0.5
#: How long a node may take to want more than it is left, in seconds.
_BITES_S = 5.0


@dataclass(frozen=True)
class Slow:
    """A limit of its control group, or SIGSTOP and SIGCONT ten times a second; its undoing lets it run as it wants.

    Attributes:
        share: what the node is left of the time of all processors, between 0 and 1.
    """

    share: float = 0.05

    name = "slow"
    done = "slowed down"
    needs = Throttleable
    # Others may give it up for dead, and again.
    takes = frozenset({Taken.PEERS, Taken.CLIENTS})

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise BadInputError(f"{self.name}: {self.share!r} is no share of its time; give one between 0 and 1")

    def inject(self, nodes: Sequence[Throttleable]) -> None:
        """Limits the processor time of each of the nodes."""
        each(nodes, lambda node: node.throttle(self.share))

    def undo(self, nodes: Sequence[Throttleable]) -> None:
        """Lifts the limits."""
        each(nodes, lambda node: node.unthrottle())

    def proof(self, nodes: Sequence[Throttleable]) -> Mapping[str, str]:
        """Evidence that each of the nodes wants to run and is kept from it; of one that is idle there is none."""
        return each(nodes, self._held_back)

    def _held_back(self, node: Throttleable) -> str:
        try:
            part = until(
                f"{node.spec.name} to be kept from running",
                lambda: node.held_back(_LOOK_S),
                timeout_s=_BITES_S,
                interval_s=0,
            )
        except AwaitTimeoutError as error:
            raise FaultDidNotBiteError(
                f"slow of {node.spec.name} did not bite: in {_BITES_S:g} s it was never kept from running"
            ) from error
        return f"it was kept from running for {part:.0%} of {_LOOK_S:g} s"
