"""The commands that break nodes and heal them; all of it goes through the nemesis, and so into the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.answer import Answer
from harness.backends.protocol import Interposable, Killable, Networked, Node, Pausable, Phase, is_impaired
from harness.clusters import Clusters
from harness.errors import BadInputError
from harness.faults.nemesis import Injected
from harness.faults.offered import plain_faults
from harness.faults.protocol import Fault, Joint, each
from harness.pool import restore
from harness.session.naming import nodes_named, specs_named, target_named
from harness.session.state import SessionState
from harness.targets import Picked, Target


def hurt(state: SessionState, fault: str, name: str) -> Answer:
    """Injects a fault into all nodes that the target picks now, at once; shows why it picked these, and the proofs.

    Raises:
        BadInputError: there is no such fault, or no such target, or a node is in no state to suffer it.
    """
    known = plain_faults()
    if fault not in known:
        raise BadInputError(f"there is no fault {fault!r}; choose one of {', '.join(known)}")
    what = known[fault]
    picked = target_named(state.system, name)(state.system.clusters)
    state.mark_used()
    for node in picked.nodes:
        _refuse_unfit(node, fault)

    def inject(*nodes: Node) -> Injected:
        return state.nemesis.inject(what, _already_picked(nodes, picked.why))

    # One injection a node, so that each can be undone by itself.
    injected = [inject(*picked.nodes)] if isinstance(what, Joint) else each(picked.nodes, inject).values()
    proofs = {node: proof for injection in injected for node, proof in injection.proofs.items()}
    lines = [f"{what.done} {node}, because {picked.why}: {proof}" for node, proof in proofs.items()]
    return Answer("\n".join(lines), {"fault": fault, "why": picked.why, "proofs": proofs})


def resume(state: SessionState, name: str) -> Answer:
    """Lets paused nodes go on."""
    paused = [node for node in nodes_named(state.system, name) if node.state().phase is Phase.PAUSED]
    each(paused, lambda node: _resume(state, node))
    return _answer("goes on", paused, otherwise=f"nothing of {name} is paused")


def start(state: SessionState, name: str) -> Answer:
    """Starts those of the named nodes that do not run: after a kill or a stop, or for the first time.

    A node whose network is impaired keeps that.
    """
    nodes = state.system.deployment.nodes
    ended = [node for node in nodes_named(state.system, name) if node.state().phase is Phase.EXITED]
    new = [spec for spec in specs_named(state.system, name) if spec.name not in nodes]
    state.mark_used()
    state.system.deployment.put(new)
    each(ended, lambda node: _start(state, node))
    started = [*ended, *(nodes[spec.name] for spec in new)]
    return _answer("is ready", started, otherwise=f"all of {name} runs already")


def heal(state: SessionState, name: str | None) -> Answer:
    """Brings back the nodes that are named, whatever was done to them; without a name all nodes."""
    known = state.system.deployment.nodes
    nodes = nodes_named(state.system, name) if name else list(known.values())
    suffering = {node.spec.name for injected in state.nemesis.active for node in injected.nodes}
    broken = [node for node in nodes if node.spec.name in suffering or not _is_whole(node)]
    for injected in reversed(state.nemesis.active):
        if isinstance(injected.fault, Joint) and not set(broken).isdisjoint(injected.nodes):
            state.nemesis.undo(injected)
    each(broken, lambda node: _heal(state, node))
    return _answer("is back", broken, otherwise=f"nothing of {name} is broken" if name else "nothing is broken")


def _resume(state: SessionState, node: Node) -> None:
    _undo(state, node, lambda fault: fault.needs is Pausable)
    if isinstance(node, Pausable):
        node.resume()


def _start(state: SessionState, node: Node) -> None:
    _undo(state, node, lambda fault: fault.needs not in (Networked, Interposable))
    if isinstance(node, Killable) and node.state().phase is Phase.EXITED:
        node.start()


def _heal(state: SessionState, node: Node) -> None:
    # First the network: a server that starts cut off may wait in vain for the others.
    _undo(state, node, lambda fault: fault.needs is Networked)
    _undo(state, node, lambda fault: True)
    if not _is_whole(node):
        restore(node)


def _undo(state: SessionState, node: Node, wanted: Callable[[Fault], bool]) -> None:
    """Undoes those faults in force on one node that are wanted, the latest first."""
    state.mark_used()
    for injected in reversed(state.nemesis.active):
        if node in injected.nodes and wanted(injected.fault):
            state.nemesis.undo(injected)


def _is_whole(node: Node) -> bool:
    """Whether a node runs, and others reach it, by what the backend knows; somebody else may have broken it."""
    return node.state().phase is Phase.RUNNING and not is_impaired(node)


def _refuse_unfit(node: Node, fault: str) -> None:
    phase = node.state().phase
    if phase is Phase.RUNNING or (phase is Phase.PAUSED and fault == "kill"):
        return
    cure = "resume" if phase is Phase.PAUSED else "start"
    name = node.spec.name
    raise BadInputError(f"{name} can't be made to {fault}: it is {phase}; harness {cure} {name} brings it back first")


def _already_picked(nodes: tuple[Node, ...], why: str) -> Target:
    def pick(clusters: Clusters) -> Picked:
        return Picked(nodes, why)

    return pick


def _answer(words: str, nodes: Sequence[Node], *, otherwise: str) -> Answer:
    names = [node.spec.name for node in nodes]
    return Answer("\n".join(f"{name} {words}" for name in names) or otherwise, {"nodes": names})
