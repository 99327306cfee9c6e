"""TornTail: the node's processes get SIGKILL, and the end of the file that it wrote to last is lost or spoilt.

As when the power is cut before a disk has written what it was given (Jepsen's file corruption).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from harness.backends.protocol import Rewritable
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults.probes import gone
from harness.faults.protocol import each
from harness.taken import Taken


@dataclass(frozen=True)
class _Torn:
    """What was done to a file.

    Attributes:
        path: of the file, among the node's data.
        content: what it holds since.
        words: what was done.
    """

    path: str
    content: bytes
    words: str


@dataclass(frozen=True)
class TornTail:
    """SIGKILL, and the last bytes of one file are cut off or inverted; its undoing starts the node with what is left.

    Attributes:
        files: those of the node's own data that it may be, as a pattern of their paths such as "log/*.wal", in which *
            stands for anything. It is the one that was written to last, of those that hold anything.
        size: how many bytes, at the most.
        inverted: whether these are inverted, bit by bit, in place of cut off.
    """

    files: str
    size: int = 1000
    inverted: bool = False

    name = "torn-tail"
    done = "torn"
    needs = Rewritable
    takes = frozenset(Taken)
    _torn: dict[str, _Torn] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if self.size < 1:
            raise BadInputError(f"{self.name}: {self.size} bytes can't be torn off; give 1 or more")

    def control(self, nodes: Sequence[Rewritable]) -> None:
        """Sees that each of the nodes has such a file."""
        each(nodes, self._newest)

    def inject(self, nodes: Sequence[Rewritable]) -> None:
        """Kills all processes of the nodes, and tears the end off what each wrote last."""
        each(nodes, lambda node: node.kill())
        self._torn.update(each(nodes, self._tear))

    def undo(self, nodes: Sequence[Rewritable]) -> None:
        """Starts the nodes again."""
        each(nodes, lambda node: node.start())

    def proof(self, nodes: Sequence[Rewritable]) -> Mapping[str, str]:
        """Evidence that the processes are gone, and that the files hold what was left of them, read from outside."""
        dead = gone(nodes, self.name)
        return each(nodes, lambda node: f"{dead[node.spec.name]}; {self._still_torn(node)}")

    def _newest(self, node: Rewritable) -> str:
        held = [path for path, size in node.data_files().items() if size and fnmatchcase(path, self.files)]
        if not held:
            raise FaultDidNotBiteError(
                f"{self.name} of {node.spec.name} would take nothing: it has no file {self.files} that holds anything"
            )
        return held[-1]

    def _tear(self, node: Rewritable) -> _Torn:
        path = self._newest(node)
        whole = node.read_data(path) or b""
        kept, tail = whole[: -self.size], whole[-self.size :]
        left = kept + (bytes(byte ^ 0xFF for byte in tail) if self.inverted else b"")
        node.write_data(path, left)
        done = "inverted" if self.inverted else "cut off"
        return _Torn(path, left, f"the last {len(tail)} of {len(whole)} bytes of {path} are {done}")

    def _still_torn(self, node: Rewritable) -> str:
        torn = self._torn[node.spec.name]
        if (read := node.read_data(torn.path)) != torn.content:
            held = "is not there" if read is None else f"holds {len(read)} bytes"
            raise FaultDidNotBiteError(
                f"{self.name} of {node.spec.name} did not bite: {torn.path} {held}, and not the "
                f"{len(torn.content)} that were left"
            )
        return torn.words
