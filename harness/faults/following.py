"""Has a nemesis follow a plan, act by act, and leaves everything whole at its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from harness.backends.protocol import Ability
from harness.clusters import Clusters, Picked, Target
from harness.effects import Effect
from harness.errors import BadInputError, FaultDidNotBiteError, InconclusiveError
from harness.faults.nemesis import Injected, Nemesis
from harness.faults.offered import plain_faults
from harness.faults.plan import PLAN, Act, Plan
from harness.faults.protocol import inability
from harness.history import History
from harness.targets import node

#: The event of a history that says of an act why it was left out.
LEFT_OUT = "left-out"
#: The targets of a plan that names nodes only.
NODES_ALONE: Mapping[str, Target] = MappingProxyType({})
#: How long clusters may take, with everything whole again, to be as before, in seconds.
_SETTLED_S = 60.0


def refuse_unknown(plan: Plan) -> None:
    """Refuses a plan with a fault that there is not.

    Raises:
        BadInputError: names the act, and the faults that there are.
    """
    known = plain_faults()
    for number, act in enumerate(plan.acts, 1):
        if act.fault not in known:
            raise BadInputError(f"act {number} of the plan ({act.words}): choose one of {', '.join(known)}")


def refuse_impossible(plan: Plan, abilities: Collection[Ability]) -> None:
    """Refuses a plan with a fault that nodes with these abilities can't suffer.

    Raises:
        BadInputError: names the act, and why not.
    """
    for number, act in enumerate(plan.acts, 1):
        if why := inability(plain_faults()[act.fault], abilities):
            raise BadInputError(f"act {number} of the plan ({act.words}): this backend {why}")


def follow(
    faults: Nemesis,
    history: History,
    plan: Plan,
    targets: Mapping[str, Target] = NODES_ALONE,
    *,
    settled: Sequence[Effect] = (),
    whole: bool = False,
) -> Sequence[Injected]:
    """Does what the plan says, then heals whatever is still broken; gives the faults that were done.

    The plan is recorded, and of what was left out, why.

    An act is left out if its target is not there (no leader now), if it would break a node that is broken already, or
    if there is no proof that it bit. One that the plan has after the end of another waits for that, however late it is.

    Args:
        faults: who does it.
        history: of the scenario.
        plan: what is done.
        targets: by the names that the plan has; nodes need none.
        settled: what the clusters have to show, whenever nothing is broken any more, before the plan goes on or ends.
        whole: whether no act may be left out.

    Raises:
        AwaitTimeoutError: they did not show it for a minute.
        BadInputError: the plan names a target that is not known; nothing was done.
        FaultDidNotBiteError: no act may be left out, and of one there is no proof.
        InconclusiveError: it has acts, and none was done; or none may be left out, and one can't be done.
    """
    following = _Following(faults, history, targets, settled, whole)
    for act in plan.acts:
        following.refuse_nobody(act)
    history.event(PLAN, plan.value)
    following.run(plan)
    if plan.acts and not following.done:
        raise InconclusiveError(f"of {len(plan.acts)} acts of the plan none was done: {following.left_out[0]}")
    return following.done


@dataclass(frozen=True)
class _InForce:
    """An act that was done and is not undone yet; until when, in seconds of the monotonic clock."""

    act: Act
    injected: Injected
    until_s: float


@dataclass
class _Following:
    """What a nemesis does, and has done, of a plan.

    Attributes:
        faults: who does it.
        history: where it is recorded.
        targets: by the names that the plan has.
        settled: what the clusters have to show whenever nothing is broken any more.
        whole: whether no act may be left out.
        done: the faults that were done.
        left_out: in words, the acts that were not, and why.
    """

    faults: Nemesis
    history: History
    targets: Mapping[str, Target]
    settled: Sequence[Effect]
    whole: bool
    done: list[Injected] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    _in_force: list[_InForce] = field(default_factory=list)

    def refuse_nobody(self, act: Act) -> None:
        """Refuses an act whose target nobody knows.

        Raises:
            BadInputError: it names the act, and the targets that there are.
        """
        nodes = self.faults.clusters.nodes
        if act.target not in self.targets and act.target not in nodes:
            targets = ", ".join([*self.targets, *nodes])
            raise BadInputError(f"the plan has no such target here ({act.words}); there are {targets}")

    def run(self, plan: Plan) -> None:
        """Begins each act at its time and undoes it at its, in one thread, for as long as the plan is; then heals."""
        began_s = time.monotonic()
        coming = sorted(plan.acts, key=lambda act: act.at_s)
        while coming or self._in_force:
            ends_s = min((each.until_s for each in self._in_force), default=float("inf"))
            begins_s = began_s + coming[0].at_s if coming and self._may_begin(coming[0]) else float("inf")
            threading.Event().wait(max(0.0, min(ends_s, begins_s) - time.monotonic()))
            if ends_s <= begins_s:
                over = min(self._in_force, key=lambda each: each.until_s)
                self._in_force.remove(over)
                over.injected.undo()
                if not self._in_force:
                    self._settle()
            else:
                self._begin(coming.pop(0))
        threading.Event().wait(max(0.0, began_s + plan.duration_s - time.monotonic()))
        self.faults.heal()

    def _may_begin(self, act: Act) -> bool:
        """Whether none is in force any more that the plan has over by then."""
        return not any(each.act.is_over_before(act) for each in self._in_force)

    def _settle(self) -> None:
        for effect in self.settled:
            self.faults.await_shown(effect, "with everything whole again", (), time.monotonic_ns(), _SETTLED_S)

    def _begin(self, act: Act) -> None:
        fault = plain_faults()[act.fault]
        target = self.targets.get(act.target) or node(act.target)
        try:
            injected = self.faults.inject(fault, self._unbroken(target))
        except (InconclusiveError, FaultDidNotBiteError) as error:
            self.history.event(LEFT_OUT, {"act": act.words, "why": str(error)})
            if self.whole:
                raise
            self.left_out.append(f"{act.words}: {error}")
            self._undo_what_did_not_bite()
        else:
            self.done.append(injected)
            self._in_force.append(_InForce(act, injected, time.monotonic() + act.lasting_s))

    def _undo_what_did_not_bite(self) -> None:
        known = [each.injected for each in self._in_force]
        for injected in self.faults.active:
            if injected not in known:
                injected.undo()

    def _unbroken(self, target: Target) -> Target:
        """The target, if what it picks is not broken already."""

        def pick(clusters: Clusters) -> Picked:
            picked = target(clusters)
            broken = {hurt.spec.name: each for each in self.faults.active for hurt in each.nodes}
            if already := [each.spec.name for each in picked.nodes if each.spec.name in broken]:
                raise InconclusiveError(f"{already[0]} is {broken[already[0]].fault.done} already")
            return picked

        return pick
