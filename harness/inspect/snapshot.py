"""A snapshot of the system, as data: every node, its state, what the clusters say it is, what waits on the queue.

Not for deciding anything in a scenario: a part that does not answer within seconds is noted and left out.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table

from harness.backends.protocol import Node, NodeState, Phase, is_impaired
from harness.clusters import Duty, Waiting
from harness.gather import Round
from harness.system import System

_TIMEOUT_S = 2.5


@dataclass(frozen=True)
class NodeSeen:
    """What was seen of one node; `phase` is None if the backend does not say, `impaired` if its network is,
    or will be once it runs again."""

    name: str
    role: str
    kind: str
    index: int
    address: str
    phase: Phase | None
    exit_code: int | None
    impaired: bool
    duties: tuple[Duty, ...]

    @property
    def state(self) -> str:
        """The node's phase in words."""
        if self.phase is None:
            return "unknown"
        shown = f"exited ({self.exit_code})" if self.phase is Phase.EXITED else str(self.phase)
        return f"{shown}, network impaired" if self.impaired else shown


@dataclass(frozen=True)
class Snapshot:
    """A picture of the system at one moment; JSON-able (`dataclasses.asdict`).

    Attributes:
        system: the id of the system, which is part of every name that it makes.
        nodes: every node in the order of the topology.
        waiting: what was sent and that nobody has taken yet.
        notes: what did not answer, a line each.
    """

    system: str
    nodes: tuple[NodeSeen, ...]
    waiting: tuple[Waiting, ...]
    notes: tuple[str, ...]


def of(system: System) -> Snapshot:
    """A snapshot: asks everything at once and gives up on a part after some seconds; never fails."""
    nodes = dict(system.deployment.nodes)
    asked = Round()
    states = {name: asked.ask(f"state of {name}", partial(_look, node)) for name, node in nodes.items()}
    duties = [asked.ask(words, ask) for words, ask in system.duties.items()]
    waiting = [asked.ask(words, ask) for words, ask in system.waiting.items()]
    notes = asked.finish(timeout_s=_TIMEOUT_S)
    known = defaultdict(list)
    for question in duties:
        for name, duty in question.answer or ():
            known[name].append(duty)
    return Snapshot(
        system=system.id,
        nodes=tuple(_seen(node, states[name].answer, known[name]) for name, node in nodes.items()),
        waiting=tuple(entry for question in waiting for entry in question.answer or ()),
        notes=notes,
    )


def table(snapshot: Snapshot) -> str:
    """The snapshot as plain text."""
    nodes = Table("node", "address", "state", "is", box=None)
    for node in snapshot.nodes:
        nodes.add_row(node.name, node.address, node.state, "; ".join(duty.words for duty in node.duties))
    waiting = [entry.words for entry in snapshot.waiting if entry.count]
    return _shown(nodes) + "\n".join((*waiting, *snapshot.notes))


def _look(node: Node) -> tuple[NodeState, bool]:
    """The node's state, and whether its network is impaired; of a node of a session both are asked of the session."""
    return node.state(), is_impaired(node)


def _seen(node: Node, look: tuple[NodeState, bool] | None, duties: Sequence[Duty]) -> NodeSeen:
    spec = node.spec
    state, impaired = look or (None, False)
    return NodeSeen(
        name=spec.name,
        role=spec.role,
        kind=spec.kind.name,
        index=spec.index,
        address=node.address,
        phase=state.phase if state else None,
        exit_code=state.exit_code if state else None,
        impaired=impaired,
        duties=tuple(duties),
    )


def _shown(shown: Table) -> str:
    out = io.StringIO()
    Console(file=out, width=140).print(shown)
    return out.getvalue()
