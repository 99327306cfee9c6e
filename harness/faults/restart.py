"""Restart: the node ends by SIGTERM and starts again at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.backends.protocol import Killable
from harness.faults.probes import replaced
from harness.faults.protocol import each
from harness.taken import Taken


@dataclass(frozen=True)
class Restart:
    """A stop and a start; it is over as soon as it has bitten."""

    name = "restart"
    done = "restarted"
    needs = Killable
    takes = frozenset({Taken.PROCESS, Taken.CLIENTS})
    _before: dict[str, int | None] = field(default_factory=dict, compare=False)

    def inject(self, nodes: Sequence[Killable]) -> None:
        """Ends the nodes and starts them; returns when they are ready."""
        self._before.update(each(nodes, lambda node: node.state().pid))
        each(nodes, lambda node: node.stop())
        each(nodes, lambda node: node.start())

    def proof(self, nodes: Sequence[Killable]) -> Mapping[str, str]:
        """Evidence that other processes run in the old ones' places."""
        return replaced(nodes, self._before, self.name)
