"""A system as a scenario sees it: running servers, and the services of an application if it has one, under names of
its own.

Not for deciding anything: what happened is in the history, and checkers judge that.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from harness.answer import Answer
from harness.backends.protocol import Deployment, Killable, Node, Phase, running_nodes
from harness.checkers import Anomaly
from harness.clusters import Clusters, DutyQuestions, Target, Waiting
from harness.errors import LeftOutError
from harness.history import History
from harness.progress import Say, Step
from harness.topology.nodes import NodeSpec
from harness.topology.timings import Timings


@dataclass(frozen=True)
class Basis:
    """The things that a scenario's system stands on.

    Attributes:
        id: unique for each scenario; part of every name that it makes.
        deployment: where its nodes run.
        clusters: what the servers say of themselves.
        history: what its clients write.
        step: shows a step of the scenario to a person while it lasts.
        timings: the failure detectors' profile.
        trace: shows each request of the clients; None if nobody wants to see them.
        seed: of what its clients send, so that a run can be repeated.
    """

    id: str
    deployment: Deployment
    clusters: Clusters
    history: History
    step: Step
    timings: Timings
    trace: Say | None = None
    seed: int = 0


@dataclass(frozen=True)
class Action:
    """A command of a system together with what it is given, as a button.

    Attributes:
        label: on the button.
        command: one of the system's.
        arguments: of the command.
    """

    label: str
    command: str
    arguments: tuple[object, ...] = ()


class System:
    """The system that the `system` fixture gives to a scenario. A context manager: it holds connections."""

    def __init__(self, basis: Basis, cast: Cast) -> None:
        self.id = basis.id
        self.deployment = basis.deployment
        self.clusters = basis.clusters
        self.history = basis.history
        self.step = basis.step
        self.timings = basis.timings
        self.cast = cast
        self._numbers = itertools.count(1)
        self._resources = ExitStack()

    @property
    def specs(self) -> tuple[NodeSpec, ...]:
        """The specs of every service that the system has, started or not."""
        return tuple(self.cast.specs)

    @property
    def targets(self) -> Mapping[str, tuple[Target, str]]:
        """The targets that a person can name, each with a word on what it is."""
        return self.clusters.targets

    @property
    def duties(self) -> DutyQuestions:
        """What each node is now, asked of the servers."""
        return self.clusters.duties

    @property
    def waiting(self) -> Mapping[str, Callable[[], Sequence[Waiting]]]:
        """What was sent and that nobody has taken yet, by words for the question."""
        return {}

    @property
    def commands(self) -> Mapping[str, Callable[..., Answer]]:
        """What a person can have it do by command, besides what is done to nodes."""
        return {}

    @property
    def actions(self) -> Sequence[Action]:
        """The commands that a page has a button for."""
        return ()

    @property
    def requests(self) -> Sequence[str]:
        """The kinds of requests that its own clients make, which a page counts from the beginning."""
        return ()

    @property
    def roles(self) -> Sequence[str]:
        """The roles of all its nodes in the order in which a page shows them: services first, then servers."""
        return tuple(dict.fromkeys(spec.role for spec in (*self.specs, *self.deployment.topology)))

    def more(self) -> Answer:
        """What its status shows besides its nodes."""
        return Answer("", {})

    def new_name(self, what: str) -> str:
        """A name for something that the scenario makes in a server, which no other scenario has."""
        return f"{what}-{self.id}-{next(self._numbers)}"

    def at_end(self, close: Callable[[], object]) -> None:
        """Has `close` called when the scenario is over; the latest given is called first."""
        self._resources.callback(close)

    def instances(self, role: str, *, started: Callable[[], object] | None = None) -> Instances:
        """All instances of one service role; `started` is called whenever the scenario has started them."""
        return Instances(role, self.specs, self.deployment, self.step, started)

    def log_of(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The events that a service has logged in this scenario, line by line."""
        lines = self.deployment.nodes[name].logs().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def demand_throughout(self) -> None:
        """Records what a history has to meet that no scenario ends with its demands; servers alone promise nothing."""

    def note_before_fault(self) -> None:
        """Records what decides what a fault may cost, and nobody can say afterwards; called just before each.

        It takes time from the scenario. Of servers alone nothing is asked.
        """

    def note_evidence(self, anomalies: Sequence[Anomaly]) -> None:
        """Records what there is to be found out, within seconds, about what these anomalies are about.

        It is called at the end of every scenario, with what checkers found, if anything, while the system stands as the
        scenario left it. Servers alone know nothing of single things.
        """

    def judge_the_rest(self) -> None:
        """Demands what a scenario had still to demand that ended early, once what it broke is mended.

        Servers alone promise nothing.

        Raises:
            GuaranteeBrokenError: something was lost, or is wrong otherwise.
            HarnessError: nobody can say.
        """

    def close(self) -> None:
        """Closes the connections; the deployment is somebody else's to close."""
        self._resources.close()


class Watch(Protocol):
    """Notices instances that end by themselves, as long as it is told which do not."""

    def watch(self, names: Collection[str]) -> None:
        """Notices from now on when one of these ends by itself."""

    def leave(self, names: Collection[str]) -> None:
        """Takes no note of these any more: a scenario ends them in order."""


class Instances:
    """All instances of one service role."""

    def __init__(
        self,
        role: str,
        specs: Sequence[NodeSpec],
        deployment: Deployment,
        step: Step,
        started: Callable[[], object] | None,
        watch: Watch | None = None,
    ) -> None:
        self.role = role
        self._watch = watch
        self._started = started
        self._specs = [spec for spec in specs if spec.role == role]
        self._deployment = deployment
        self._step = step

    @property
    def nodes(self) -> Sequence[Node]:
        """The nodes of the instances, running or not; those that were never started are no nodes yet."""
        return [nodes[spec.name] for spec in self._specs if spec.name in (nodes := self._deployment.nodes)]

    @property
    def running(self) -> Mapping[str, str]:
        """The host:port of each instance that runs, by its name."""
        return {n.spec.name: n.endpoint("http") for n in running_nodes(self.nodes)}

    def stop(self) -> None:
        """Sends SIGTERM to all instances at once; returns when they are gone.

        Raises:
            LeftOutError: one runs already, and nobody has said how it is stopped and started, or that it may be.
        """
        nodes = [node for node in self.nodes if isinstance(node, Killable)]
        if unable := sorted({node.spec.name for node in self.nodes} - {node.spec.name for node in nodes}):
            raise LeftOutError(f"{', '.join(unable)} can't be stopped: nobody has said how, and that it may be")
        if self._watch:
            self._watch.leave([node.spec.name for node in self.nodes])
        with self._step(f"stop all {self.role} instances"), ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.stop(), nodes))

    def start(self) -> None:
        """Starts all instances at once, the first time or again; returns when each says that it is healthy."""
        with self._step(f"start all {self.role} instances"):
            self._start(self._specs)
        if self._started:
            self._started()

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Starts all instances at once, as `start` does, while the block lasts: it sees them before they are healthy.

        The block has to bring about that they can be; the end of it waits for them.
        """
        with self._step(f"start all {self.role} instances, meanwhile"), ThreadPoolExecutor(1) as pool:
            started = pool.submit(self._start, self._specs)
            yield
            started.result()
        if self._started:
            self._started()

    def start_in_turn(self) -> None:
        """Starts one instance after the other, each once the one before says that it is healthy."""
        for spec in self._specs:
            with self._step(f"start {spec.name}"):
                self._start([spec])
        if self._started:
            self._started()

    def _start(self, specs: Sequence[NodeSpec]) -> None:
        nodes = self._deployment.nodes
        again = [nodes[spec.name] for spec in specs if spec.name in nodes]
        again = [node for node in again if node.state().phase is Phase.EXITED]
        self._deployment.put([spec for spec in specs if spec.name not in nodes])
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.start(), again))
        if self._watch:
            self._watch.watch([spec.name for spec in specs])


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The services of one scenario, under its names; here there are none. A value that another process can be sent.

    Attributes:
        id: of the scenario.
        specs: every service, whether it runs from the beginning or not.
    """

    id: str
    specs: tuple[NodeSpec, ...] = ()

    @property
    def initial(self) -> Sequence[NodeSpec]:
        """The services that run from the beginning."""
        return self.specs

    def prepared(self, clusters: Clusters) -> Cast:
        """Makes what the services need in the complete clusters; gives the services as they are to be there."""
        return self

    def system(self, basis: Basis) -> System:
        """The running system."""
        return System(basis, self)
