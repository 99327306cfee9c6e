"""FullDisk: the node's disk takes no byte more, and whatever it writes is refused (ENOSPC)."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Fillable, Phase
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults.protocol import each
from harness.taken import DEATH, Taken


@dataclass(frozen=True)
class FullDisk:
    """A file fills a disk of the size that the spec says; its undoing removes it, and starts a node that has ended."""

    name = "full-disk"
    done = "without room on its disk"
    needs = Fillable
    # A server may end because of it. What is on its disk stays.
    takes = DEATH - {Taken.ANSWERS}

    def control(self, nodes: Sequence[Fillable]) -> None:
        """Sees that each of the nodes has a disk of a size, and that this takes what is written.

        Raises:
            BadInputError: the disk of one is the machine's.
        """
        for node in nodes:
            if not node.spec.disk_mb:
                raise BadInputError(
                    f"{self.name} of {node.spec.name}: its data is on the machine's disk, which is not for filling; "
                    "give the node one of its own (disk_mb)"
                )
        for name, number in each(nodes, lambda node: node.refusal()).items():
            if number:
                raise FaultDidNotBiteError(
                    f"{self.name} of {name} would change nothing: its disk takes no file already ({_words(number)})"
                )

    def inject(self, nodes: Sequence[Fillable]) -> None:
        """Fills the disk of each of the nodes."""
        each(nodes, lambda node: node.fill_disk())

    def undo(self, nodes: Sequence[Fillable]) -> None:
        """Makes room again, and starts those of the nodes that have ended."""
        each(nodes, lambda node: node.free_disk())
        each([node for node in nodes if node.state().phase is Phase.EXITED], lambda node: node.start())

    def proof(self, nodes: Sequence[Fillable]) -> Mapping[str, str]:
        """Evidence that the disks have no room: a write from outside is refused for that."""
        return each(nodes, self._refused)

    def _refused(self, node: Fillable) -> str:
        number = node.refusal()
        if number != errno.ENOSPC:
            seen = _words(number) if number else "it takes what is written"
            raise FaultDidNotBiteError(f"{self.name} of {node.spec.name} did not bite: {seen}")
        return f"its disk of {node.spec.disk_mb} MB refuses a write from outside: {_words(number)}"


def _words(number: int) -> str:
    return f"{os.strerror(number)} ({errno.errorcode.get(number, number)})"
