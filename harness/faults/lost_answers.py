"""LostAnswers: requests get through to the node, but no answer comes back, and no connection ends.

What a client asked for is done, and it does not know. Its clients are the nodes of other roles, and the harness; peers
are answered. What was lost stays lost: when it is undone, the clients' connections are reset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.passing import Unanswered
from harness.backends.protocol import Interposable
from harness.errors import FaultDidNotBiteError
from harness.faults.probes import answered_s, asked_at
from harness.faults.protocol import each
from harness.taken import Taken

_SILENCE_S = 0.4
_ANSWERED_S = 5.0


@dataclass(frozen=True)
class LostAnswers:
    """The packets of its answers are dropped, also once it starts again; its undoing lets them through."""

    name = "lost-answers"
    done = "muted"
    needs = Interposable
    takes = frozenset({Taken.CLIENTS, Taken.ANSWERS})

    def control(self, nodes: Sequence[Interposable]) -> None:
        """Sees that each answers."""
        each(nodes, _answers)

    def inject(self, nodes: Sequence[Interposable]) -> None:
        """Drops the answers of each of the nodes."""
        each(nodes, lambda node: node.interpose(self.name, Unanswered()))

    def undo(self, nodes: Sequence[Interposable]) -> None:
        """Lets the answers of the nodes through, on connections that are made from now on."""
        each(nodes, lambda node: node.withdraw(self.name))

    def proof(self, nodes: Sequence[Interposable]) -> Mapping[str, str]:
        """A question from outside gets no answer, though the node gave some, which are counted as dropped."""
        return each(nodes, _is_muted)


def _answers(node: Interposable) -> None:
    if answered_s(node, _ANSWERED_S) is None:
        raise FaultDidNotBiteError(
            f"lost-answers of {node.spec.name} could prove nothing: before it {asked_at(node)} gave no answer either"
        )


def _is_muted(node: Interposable) -> str:
    if answered_s(node, _SILENCE_S) is not None:
        raise FaultDidNotBiteError(f"lost-answers of {node.spec.name} did not bite: {asked_at(node)} still answers")
    lost = node.passed(LostAnswers.name).lost
    if not lost:
        raise FaultDidNotBiteError(
            f"lost-answers of {node.spec.name} did not bite: {asked_at(node)} is silent, but it sent no answer that "
            "could be lost"
        )
    return f"{asked_at(node)} did not answer within {_SILENCE_S:g} s; {lost} bytes of what it sent were dropped"
