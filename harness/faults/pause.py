"""Pause: the node's processes are not scheduled any more, while its sockets stay open, as in a long collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Pausable, Phase
from harness.errors import FaultDidNotBiteError
from harness.faults.probes import answered_s, asked_at
from harness.faults.protocol import each
from harness.taken import DEATH, Taken

_SILENCE_S = 0.4


@dataclass(frozen=True)
class Pause:
    """SIGSTOP or the engine's freezer; its undoing lets the node go on as if nothing had been."""

    name = "pause"
    done = "paused"
    needs = Pausable
    takes = DEATH - {Taken.PROCESS}

    def inject(self, nodes: Sequence[Pausable]) -> None:
        """Freezes the nodes."""
        each(nodes, lambda node: node.pause())

    def undo(self, nodes: Sequence[Pausable]) -> None:
        """Lets the nodes' processes go on."""
        each(nodes, lambda node: node.resume())

    def proof(self, nodes: Sequence[Pausable]) -> Mapping[str, str]:
        """Evidence that the processes are paused: they answer no question to which a running server would."""
        return each(nodes, _frozen)


def _frozen(node: Pausable) -> str:
    state = node.state()
    if state.phase is not Phase.PAUSED:
        raise FaultDidNotBiteError(f"pause of {node.spec.name} did not bite: it is {state.phase}")
    if answered_s(node, _SILENCE_S) is not None:
        raise FaultDidNotBiteError(f"pause of {node.spec.name} did not bite: {asked_at(node)} still answers")
    # Of a node that the harness did not start nobody may know the process.
    process = "it" if state.pid is None else f"process {state.pid}"
    return f"{process} is paused; {asked_at(node)} did not answer within {_SILENCE_S:g} s"
