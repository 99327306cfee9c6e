"""The nemesis injects faults into targets, makes each prove itself, records both, and heals what it broke."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from harness.backends.protocol import Ability, Node
from harness.clusters import Clusters
from harness.effects import Effect
from harness.errors import AwaitTimeoutError, BadInputError, InconclusiveError, LeftOutError
from harness.events import UNDO, begins_with_its_role
from harness.faults.protocol import Controlled, Fault, Recoverable, inability, record, taken
from harness.history import History
from harness.progress import Step
from harness.spent import On, spending
from harness.targets import Picked, Target
from harness.topology.given import Given
from harness.waiting import until

#: So often a target may pick other nodes than just before: whoever leads changes at times, but not all the time.
_MOST_PASSED = 4


class Moment(StrEnum):
    """A point of a scenario at which a person may want to look at the system."""

    BEFORE_FAULT = "before-fault"
    AFTER_FAULT = "after-fault"
    BEFORE_UNDO = "before-undo"
    END = "end"


@dataclass
class Injected:
    """A fault that was applied and has bitten.

    Attributes:
        fault: what was done.
        picked: to which nodes and why to these.
        at_ns: monotonic nanoseconds just before it was applied.
        proofs: by node name, the evidence that it bit.
        took_s: the seconds until it was done: of a stop, until the nodes had ended.
        effects: in words what was seen of it, and after how many seconds from the fault.
        shown: whether the watchers were told that it is in force.
    """

    fault: Fault
    picked: Picked
    at_ns: int
    proofs: dict[str, str]
    nemesis: Nemesis
    took_s: float = 0.0
    effects: dict[str, float] = field(default_factory=dict)
    shown: bool = False

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes that were hurt."""
        return self.picked.nodes

    @property
    def node(self) -> Node:
        """The one node that was hurt."""
        (only,) = self.picked.nodes
        return only

    def until(self, effect: Effect, *, timeout_s: float | None = None) -> Injected:
        """Waits until the clusters show the effect and records when; returns itself, for chaining.

        Raises:
            AwaitTimeoutError: not within `timeout_s` (by default what the timings profile allows for detection).
        """
        self.effects[effect.what] = self.nemesis.await_effect(effect, self, timeout_s)
        return self

    def lasting(self, seconds: float) -> Injected:
        """Keeps the fault in force until `seconds` after it was applied; returns itself, for chaining.

        The length of a fault is part of an experiment (a pause as long as a failure detector's limit); where something
        is to be waited for, it is `until`. So whoever wants to look while the fault is in force does so now, not at its
        end, where it would last longer by that.
        """
        with spending(On.WAIT), self.nemesis.step(f"keep the {self.fault.name} in force for {seconds:g} s"):
            self.nemesis.show(self)
            threading.Event().wait(max(0.0, seconds - (time.monotonic_ns() - self.at_ns) / 1e9))
        return self

    def undo(self) -> Injected:
        """Puts the hurt nodes back into service."""
        self.nemesis.undo(self)
        return self


class Nemesis:
    """Breaks nodes for a scenario, and heals them; there is one for each scenario."""

    def __init__(
        self,
        clusters: Clusters,
        history: History,
        abilities: frozenset[Ability],
        *,
        detection_s: float,
        step: Step,
        note: Callable[[], object] = lambda: None,
    ) -> None:
        """Makes a nemesis; `note` is called just before each fault, when its nodes are picked."""
        #: Whom it breaks.
        self.clusters = clusters
        self._history = history
        self._abilities = abilities
        self._detection_s = detection_s
        self.step = step
        self._note = note
        self._active: list[Injected] = []
        self.injected: list[Injected] = []
        #: Called at each moment of a fault, in the scenario's thread; what they do takes time from the scenario.
        self.watchers: list[Callable[[Moment], None]] = []

    @property
    def active(self) -> tuple[Injected, ...]:
        """The faults that are in force now, in the order in which they were injected."""
        return tuple(self._active)

    @spending(On.FAULT)
    def inject(self, fault: Fault, target: Target) -> Injected:
        """Picks the target's nodes now, applies the fault to all of them at once, and demands its proofs.

        Raises:
            BadInputError: the backend can't do this; mark the scenario with what it needs. Or the fault does not say
                what it takes.
            FaultDidNotBiteError: there is no proof.
            InconclusiveError: the target picked no node, or others each time that it was asked, or nobody could say it.
            LeftOutError: a node that was picked can't suffer it, though others can; or none can, and they run already.
        """
        if why := inability(fault, self._abilities):
            if found := [name for name, node in self.clusters.nodes.items() if isinstance(node.spec.kind, Given)]:
                raise LeftOutError(f"nobody has said how to {fault.name} {', '.join(sorted(found))}")
            raise BadInputError(f"this backend {why}")
        self._tell(Moment.BEFORE_FAULT)
        picked = self._pick(fault, target)
        names = _names(picked)
        if unable := [node.spec.name for node in picked.nodes if not isinstance(node, fault.needs)]:
            raise LeftOutError(f"{', '.join(unable)} can't be made to {fault.name}: nobody has said how that is done")
        said = {**record(fault), "nodes": names, **_roles(picked), "why": picked.why}
        self._history.event(fault.name, {**said, "phase": "begin"})
        injected = Injected(fault, picked, time.monotonic_ns(), {}, self)
        self._active.append(injected)
        with self.step(f"{fault.name} {', '.join(names)}: {picked.why}"):
            fault.inject(picked.nodes)
        injected.took_s = (time.monotonic_ns() - injected.at_ns) / 1e9
        injected.proofs.update(fault.proof(picked.nodes))
        self._history.event(fault.name, {**said, "phase": "end", "proof": injected.proofs})
        self.injected.append(injected)
        self._tell(Moment.AFTER_FAULT)
        if not isinstance(fault, Recoverable):
            self.undo(injected)
        return injected

    def _pick(self, fault: Fault, target: Target) -> Picked:
        """The nodes that the target still picks once everything is ready for the fault; others may lead by then.

        Raises:
            InconclusiveError: it picked none, or others each time.
        """
        picked = self._asked(fault, target)
        passed: list[Picked] = []
        while len(passed) < _MOST_PASSED:
            if isinstance(fault, Controlled):
                # Before anything is noted: it takes time that is none of the fault's.
                fault.control(picked.nodes)
            self._note()
            again = self._asked(fault, target)
            if set(_names(again)) == set(_names(picked)):
                return Picked(again.nodes, "; a moment before it was ".join((again.why, *map(_said, reversed(passed)))))
            passed.append(picked)
            picked = again
        picks = ", then ".join(map(_said, (*passed, picked)))
        raise InconclusiveError(f"the target to {fault.name} is never the same for a moment: {picks}")

    def _asked(self, fault: Fault, target: Target) -> Picked:
        """The nodes that a target picks now.

        Raises:
            InconclusiveError: there is none, or nobody says which.
        """
        try:
            picked = target(self.clusters)
        except AwaitTimeoutError as error:
            raise InconclusiveError(f"nobody says whom to {fault.name}: {error}") from error
        if not picked.nodes:
            raise InconclusiveError(f"the target picked no node to {fault.name}, though {picked.why}")
        return picked

    def await_effect(self, effect: Effect, injected: Injected, timeout_s: float | None) -> float:
        """Waits for an effect of a fault, records it, and returns the seconds since the fault."""
        after = f"after the {injected.fault.name} of {', '.join(n.spec.name for n in injected.nodes)}"
        return self.await_shown(effect, after, injected.nodes, injected.at_ns, timeout_s or self._detection_s)

    def await_shown(self, effect: Effect, when: str, hurt: Sequence[Node], since_ns: int, timeout_s: float) -> float:
        """Waits until the clusters show an effect, records it, and returns the seconds since that moment.

        Raises:
            AwaitTimeoutError: not within `timeout_s` seconds; it says `when` in words.
        """
        with self.step(f"wait for {effect.what}"):
            seen = until(f"{effect.what} {when}", lambda: effect.probe(self.clusters, hurt), timeout_s=timeout_s)
        took_s = (time.monotonic_ns() - since_ns) / 1e9
        self._history.event(effect.name, {"seen": seen, "after_s": round(took_s, 3), "shows": effect.shows})
        return took_s

    @spending(On.FAULT)
    def undo(self, injected: Injected) -> None:
        """Undoes one injected fault, or takes note that it is over by itself; does nothing if that has happened."""
        if injected not in self._active:
            return
        self.show(injected)
        names = [node.spec.name for node in injected.nodes]
        said = {"takes": taken(injected.fault), "nodes": names}
        self._history.event(f"{UNDO}{injected.fault.name}", {**said, "phase": "begin"})
        with self.step(f"undo the {injected.fault.name} of {', '.join(names)}"):
            if isinstance(injected.fault, Recoverable):
                injected.fault.undo(injected.nodes)
        self._active.remove(injected)
        self._history.event(f"{UNDO}{injected.fault.name}", {**said, "phase": "end"})

    def show(self, injected: Injected) -> None:
        """Tells the watchers, once, that a fault is in force and will be undone."""
        if not injected.shown:
            injected.shown = True
            self._tell(Moment.BEFORE_UNDO)

    def _tell(self, moment: Moment) -> None:
        for watcher in self.watchers:
            watcher(moment)

    def heal(self) -> None:
        """Undoes every fault that is still in force, the latest first."""
        for injected in reversed(self.active):
            self.undo(injected)


def _said(picked: Picked) -> str:
    return f"{', '.join(_names(picked))} ({picked.why})"


def _names(picked: Picked) -> list[str]:
    return [node.spec.name for node in picked.nodes]


def _roles(picked: Picked) -> dict[str, dict[str, str]]:
    """The roles of nodes with names of their own, which do not say them, for who has the history alone."""
    roles = {node.spec.name: node.spec.role for node in picked.nodes}
    own = {name: role for name, role in roles.items() if not begins_with_its_role(name, role)}
    return {"node_roles": own} if own else {}
