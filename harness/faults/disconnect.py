"""Disconnect: all connections of the node are reset at once, whoever made them; new ones can be made at once.

As when a device on the way forgets its connections, or an address moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.backends.protocol import Interposable
from harness.errors import FaultDidNotBiteError
from harness.faults.protocol import each
from harness.taken import Taken


@dataclass(frozen=True)
class Disconnect:
    """Both ends of each connection have it reset, those with peers too; it is over as soon as it has bitten."""

    name = "disconnect"
    done = "disconnected"
    needs = Interposable
    takes = frozenset({Taken.PEERS, Taken.CLIENTS})
    _before: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)

    def inject(self, nodes: Sequence[Interposable]) -> None:
        """Resets what the nodes have connected."""
        self._before.update(each(nodes, lambda node: node.disconnect()))

    def proof(self, nodes: Sequence[Interposable]) -> Mapping[str, str]:
        """None of the connections is there any more that were there before."""
        return each(nodes, self._gone)

    def _gone(self, node: Interposable) -> str:
        before = self._before[node.spec.name]
        if not before:
            raise FaultDidNotBiteError(f"disconnect of {node.spec.name} did not bite: it had no connection")
        if left := sorted(before & node.connections()):
            raise FaultDidNotBiteError(f"disconnect of {node.spec.name} did not bite: {', '.join(left)} is still there")
        return f"{len(before)} connections were reset, such as that of {min(before)}"
