"""Delay: all that passes between the node and its clients comes later, as over a long or a busy link.

Its clients are the nodes of other roles, and the harness. What they have connected is reset when it begins and when it
is undone; others can be made at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from harness.backends.passing import Late
from harness.backends.protocol import Interposable
from harness.errors import FaultDidNotBiteError
from harness.faults.probes import answered_s, asked_at
from harness.faults.protocol import each
from harness.taken import Taken

What: TypeAlias = Literal["requests", "answers", "both"]
#: What an answer may take beside the delay, in seconds.
_PATIENCE_S = 5.0


@dataclass(frozen=True)
class Delay:
    """A proxy passes on later what comes, in the order in which it came, also once the node starts again.

    Attributes:
        seconds: by how many.
        what: which of both is late.
    """

    seconds: float
    what: What = "both"

    name = "delay"
    done = "delayed"
    needs = Interposable
    takes = frozenset({Taken.CLIENTS})

    def control(self, nodes: Sequence[Interposable]) -> None:
        """Sees that each answers sooner than it could if it were in force."""
        each(nodes, self._answers_sooner)

    def inject(self, nodes: Sequence[Interposable]) -> None:
        """Puts a proxy between each of the nodes and its clients."""
        late = Late(
            requests_s=0.0 if self.what == "answers" else self.seconds,
            answers_s=0.0 if self.what == "requests" else self.seconds,
        )
        each(nodes, lambda node: node.interpose(self.name, late))

    def undo(self, nodes: Sequence[Interposable]) -> None:
        """Takes the proxies away; what is on its way is lost with its connection."""
        each(nodes, lambda node: node.withdraw(self.name))

    def proof(self, nodes: Sequence[Interposable]) -> Mapping[str, str]:
        """A question from outside is answered, and as late as it has to be."""
        return each(nodes, self._answers_late)

    @property
    def _late_s(self) -> float:
        """By how much an answer to a question comes later."""
        return self.seconds * (2 if self.what == "both" else 1)

    def _answers_sooner(self, node: Interposable) -> None:
        took_s = answered_s(node, self._late_s + _PATIENCE_S)
        if took_s is None or took_s >= self._late_s:
            raise FaultDidNotBiteError(
                f"delay of {node.spec.name} could prove nothing: before it {_words(node, took_s)} either"
            )

    def _answers_late(self, node: Interposable) -> str:
        took_s = answered_s(node, self._late_s + _PATIENCE_S)
        if took_s is None or took_s < self._late_s:
            raise FaultDidNotBiteError(f"delay of {node.spec.name} did not bite: {_words(node, took_s)}")
        return f"{_words(node, took_s)}; without the delay it takes less than {self._late_s:g} s"


def _words(node: Interposable, took_s: float | None) -> str:
    return f"{asked_at(node)} " + ("gave no answer" if took_s is None else f"answered after {took_s:.3f} s")
