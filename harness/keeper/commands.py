"""What a keeper can be asked for; each command is a function of the system that returns lines for a person.

A new command is one more function here, and one in `harness.cli` that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness import targets
from harness.backends.protocol import Phase
from harness.errors import BadInputError
from harness.faults import Kill
from harness.faults.nemesis import Nemesis
from harness.report import snapshot
from harness.system import System


@dataclass
class Kept:
    """A running system, its nemesis, and whether it is to end."""

    system: System
    nemesis: Nemesis
    ending: bool = False


def send(kept: Kept, count: int) -> str:
    """Posts messages and tells who logged them."""
    posted = kept.system.post(count)
    shares = ", ".join(f"{name} {n}" for name, n in sorted(posted.logged_by.items())) or "nobody"
    lines = [f"{len(posted.acknowledged)} of {count} acknowledged; logged by {shares}"]
    lines += [f"refused: {why}" for why in sorted(set(posted.refusals))]
    return "\n".join(lines)


def get(kept: Kept) -> str:
    """One GET of the facade."""
    answer = kept.system.clients.get()
    if answer is None:
        return "the facade did not answer with success; harness status shows what runs"
    return "\n".join(f"{part}: {len(answer[part]['ids'])} messages from {answer[part]['from']}" for part in answer)


def status(kept: Kept) -> str:
    """Every node and what it is, and who holds what."""
    return snapshot.table(snapshot.of(kept.system)) + "\n" + snapshot.holdings(kept.system)


def kill(kept: Kept, target: str) -> str:
    """Kills what the target picks and shows the proof."""
    injected = kept.nemesis.inject(Kill(), _target(kept.system, target))
    return "\n".join(
        f"killed {node.spec.name}, because {injected.picked.why}: {injected.proofs[node.spec.name]}"
        for node in injected.nodes
    )


def start(kept: Kept, what: str) -> str:
    """Starts a node that is not running, or the messages instances."""
    if what == "messages":
        kept.system.messages.start()
        return f"running: {', '.join(kept.system.messages.running)}"
    node = _node(kept.system, what)
    if node.state().phase is Phase.RUNNING:
        return f"{what} runs already"
    node.start()
    return f"{what} is ready"


def down(kept: Kept) -> str:
    """Ends everything."""
    kept.ending = True
    return "going down"


COMMANDS: Mapping[str, Callable[..., str]] = {
    "send": send,
    "get": get,
    "status": status,
    "kill": kill,
    "start": start,
    "down": down,
}


def _target(system: System, name: str) -> targets.Target:
    """A target by its name on the command line: leader, controller, lowest-ip, oldest, owner, or a node."""
    if name == "leader":
        return targets.leader_holding(system.topic, _partitions(system))
    if name == "owner":
        return targets.owner_of(system.queue)
    known: Mapping[str, targets.Target] = {
        "controller": targets.controller,
        "lowest-ip": targets.lowest_ip,
        "oldest": targets.oldest_member,
    }
    return known[name] if name in known else targets.node(_node(system, name).spec.name)


def _partitions(system: System) -> list[int]:
    """The partition of each acknowledged post so far; the first one, if there are none."""
    partitions = [
        event.value["partition"] for event in system.history.events if event.f == "post" and event.type == "ok"
    ]
    return partitions or [0]


def _node(system: System, name: str) -> Any:
    nodes = system.deployment.nodes
    if name not in nodes:
        raise BadInputError(f"there is no target or node {name!r}; the nodes are {', '.join(nodes)}")
    return nodes[name]
