"""Upgrade: the node ends by SIGTERM and starts again as another release of its server, with what it had stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.backends.protocol import Upgradable
from harness.errors import BadInputError
from harness.faults.probes import replaced
from harness.faults.protocol import each
from harness.taken import Taken
from harness.topology.kinds import NodeKind


@dataclass(frozen=True)
class Upgrade:
    """A stop, and a start as `release`, which the nodes' spec has to name; it is over as soon as it has bitten."""

    release: str
    name = "upgrade"
    done = "upgraded"
    needs = Upgradable
    takes = frozenset({Taken.PROCESS, Taken.CLIENTS})
    _before: dict[str, int | None] = field(default_factory=dict, compare=False)
    _was: dict[str, str] = field(default_factory=dict, compare=False)

    def inject(self, nodes: Sequence[Upgradable]) -> None:
        """Ends the nodes and starts them as that release; returns when they are ready.

        Raises:
            BadInputError: it is none of those that a node's spec names.
        """
        kinds = each(nodes, self._of)
        self._was.update(each(nodes, lambda node: node.kind.name))
        self._before.update(each(nodes, lambda node: node.state().pid))
        each(nodes, lambda node: node.stop())
        each(nodes, lambda node: node.become(kinds[node.spec.name]))
        each(nodes, lambda node: node.start())

    def proof(self, nodes: Sequence[Upgradable]) -> Mapping[str, str]:
        """Evidence that other processes run in the old ones' places, and of which kinds both are."""
        seen = replaced(nodes, self._before, self.name)
        return each(nodes, lambda node: f"{seen[node.spec.name]}; {node.kind.name} after {self._was[node.spec.name]}")

    def _of(self, node: Upgradable) -> NodeKind:
        for kind in (node.spec.kind, *node.spec.upgrades):
            if self.release in kind.versions().values():
                return kind
        raise BadInputError(
            f"{node.spec.name} is not prepared for release {self.release!r}: name it where its server is declared, "
            f"such as upgrades=[{self.release!r}]"
        )
