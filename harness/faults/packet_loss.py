"""PacketLoss: some of the packets between the node and all others are lost at random, as on a bad cable.

What goes over TCP is sent again, later and later each time; a node is slow for its peers, and now and then seems dead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.impairment import Direction, Impairment
from harness.backends.protocol import Networked
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults.datagrams import all_arrive, arriving
from harness.faults.protocol import each
from harness.taken import Taken

#: Of the rarer of lost and passing datagrams so many are expected.
_EXPECTED = 100
#: How far chance may take their number from that: beyond it does so once in two million times.
_DEVIATIONS = 5


@dataclass(frozen=True)
class PacketLoss:
    """This share is dropped on its way in and on its way out, whoever else comes later, also once it starts again.

    Attributes:
        share: of the packets of either direction, from 0.01 to 0.99.
    """

    share: float = 0.2

    name = "packet-loss"
    done = "made to lose packets"
    needs = Networked
    takes = frozenset({Taken.PEERS, Taken.CLIENTS})

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that no packet is lost between each of the nodes and its peers.

        Raises:
            BadInputError: this can't be the share.
        """
        if not 0.01 <= self.share <= 0.99:
            raise BadInputError(f"{self.name}: the share is {self.share!r}; give a number from 0.01 to 0.99")
        each(nodes, lambda node: all_arrive(node, self._datagrams, self.name))

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Drops packets between each of the nodes and all others."""
        each(nodes, lambda node: node.impair(self.name, Impairment(share=self.share)))

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Lets all packets through again."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """About this share of datagrams is lost between the node and each of its peers, either way."""
        return each(nodes, self._losing)

    @property
    def _datagrams(self) -> int:
        return math.ceil(_EXPECTED / min(self.share, 1 - self.share))

    def _losing(self, node: Networked) -> str:
        sent = self._datagrams
        arrived = arriving(node, sent, Direction.BOTH, self.name)
        lost = {words: sent - count for words, count in arrived.items()}
        by_chance = _DEVIATIONS * math.sqrt(sent * self.share * (1 - self.share))
        counts = ", ".join(f"{count} from {words}" for words, count in lost.items())
        if any(abs(count - sent * self.share) > by_chance for count in lost.values()):
            raise FaultDidNotBiteError(
                f"{self.name} of {node.spec.name} did not bite as it should: of {sent} datagrams each, "
                f"{sent * self.share:.0f} were to be lost, and there were lost {counts}"
            )
        return f"of {sent} datagrams each, lost: {counts}"
