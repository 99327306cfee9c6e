"""NarrowLink: between the node and all others only so many bytes a second get through, and what is more is lost.

So works a policer on a rented line. Whoever sends over TCP goes slower until little is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.impairment import Direction, Impairment
from harness.backends.protocol import DATAGRAM, Networked
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults.datagrams import all_arrive, arriving
from harness.faults.protocol import each
from harness.taken import Taken

#: The least is what a machine hands on as one packet; for more, the datagrams of the proof would be too many.
_LEAST, _MOST = 65_536, 10_000_000
#: The seconds for which the bytes of the proof's datagrams would do; three of them pass at once.
_SENT_S = 8


@dataclass(frozen=True)
class NarrowLink:
    """Packets that are too many are dropped, of either direction, whoever comes later, also once it starts again.

    Attributes:
        bytes_a_second: of either direction, with all others together.
    """

    bytes_a_second: int = 100_000

    name = "narrow-link"
    done = "put behind a narrow link"
    needs = Networked
    takes = frozenset({Taken.PEERS, Taken.CLIENTS})

    def control(self, nodes: Sequence[Networked]) -> None:
        """Sees that more than that gets through between each of the nodes and its peers.

        Raises:
            BadInputError: this can't be the number of bytes.
        """
        if not _LEAST <= self.bytes_a_second <= _MOST:
            raise BadInputError(f"{self.name}: {self.bytes_a_second!r} bytes a second; give from {_LEAST} to {_MOST}")
        each(nodes, lambda node: all_arrive(node, self._datagrams, self.name))

    def inject(self, nodes: Sequence[Networked]) -> None:
        """Drops what is more than that between each of the nodes and all others."""
        each(nodes, lambda node: node.impair(self.name, Impairment(above=self.bytes_a_second)))

    def undo(self, nodes: Sequence[Networked]) -> None:
        """Lets everything through again."""
        each(nodes, lambda node: node.rejoin(self.name))

    def proof(self, nodes: Sequence[Networked]) -> Mapping[str, str]:
        """Some datagrams arrive of more than may pass between it and each peer, and a quarter or more does not."""
        return each(nodes, self._narrow)

    @property
    def _datagrams(self) -> int:
        return _SENT_S * self.bytes_a_second // DATAGRAM

    def _narrow(self, node: Networked) -> str:
        sent = self._datagrams
        arrived = arriving(node, sent, Direction.BOTH, self.name)
        counts = ", ".join(f"{count} from {words}" for words, count in arrived.items())
        if any(count > sent * 3 / 4 for count in arrived.values()) or not any(arrived.values()):
            raise FaultDidNotBiteError(
                f"{self.name} of {node.spec.name} did not bite as it should: of {sent} datagrams each, some and at the "
                f"most three quarters were to arrive, and there arrived {counts}"
            )
        return f"of {sent} datagrams of {DATAGRAM} bytes each, arrived: {counts}"
