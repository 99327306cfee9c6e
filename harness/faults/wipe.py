"""Wipe: the node's processes get SIGKILL, and all that it has stored is removed, as if its disk had to be replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.backends.protocol import Rewritable
from harness.errors import FaultDidNotBiteError
from harness.faults.probes import gone
from harness.faults.protocol import each
from harness.taken import Taken


@dataclass(frozen=True)
class Wipe:
    """SIGKILL, and an empty folder of data; its undoing starts the node again with nothing."""

    name = "wipe"
    done = "wiped"
    needs = Rewritable
    takes = frozenset(Taken)
    _before: dict[str, str] = field(default_factory=dict, compare=False)

    def control(self, nodes: Sequence[Rewritable]) -> None:
        """Sees that each of the nodes has something stored."""
        self._before.update(each(nodes, _in_store))

    def inject(self, nodes: Sequence[Rewritable]) -> None:
        """Kills all processes of the nodes, and removes their data."""
        each(nodes, lambda node: node.kill())
        each(nodes, lambda node: node.empty_data())

    def undo(self, nodes: Sequence[Rewritable]) -> None:
        """Starts the nodes again."""
        each(nodes, lambda node: node.start())

    def proof(self, nodes: Sequence[Rewritable]) -> Mapping[str, str]:
        """Evidence that the processes are gone, and that nothing is left of what they had stored."""
        dead = gone(nodes, self.name)
        return each(nodes, lambda node: f"{dead[node.spec.name]}; {self._emptied(node)}")

    def _emptied(self, node: Rewritable) -> str:
        if left := node.data_files():
            raise FaultDidNotBiteError(f"wipe of {node.spec.name} did not bite: it still has {_words(left)}")
        return f"nothing is left of {self._before[node.spec.name]}"


def _in_store(node: Rewritable) -> str:
    if not (files := node.data_files()):
        raise FaultDidNotBiteError(f"wipe of {node.spec.name} would take nothing: it has nothing stored")
    return _words(files)


def _words(files: Mapping[str, int]) -> str:
    """How much it is that somebody has stored."""
    return f"{len(files)} file{'s' * (len(files) != 1)} with {sum(files.values())} bytes"
