"""The pytest run's side of `--attach`: the nodes of a session as a deployment that was there before and stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from harness.backends.identity import Identity
from harness.backends.impairment import CUT_OFF, Direction, Impairment, Others
from harness.backends.passing import Passed, Passing
from harness.backends.protocol import Ability, ExecContext, Interposable, Networked, NodeState, Upgradable
from harness.declared import Declared
from harness.errors import BadInputError, HarnessError
from harness.history import History
from harness.pool import Entry, Pool
from harness.progress import Say, Step
from harness.run import Options, Run
from harness.session.attach_server import AttachableNode, AttachableSystem
from harness.session.client import ask
from harness.system import System
from harness.topology.kinds import NodeKind
from harness.topology.nodes import NodeSpec, Topology


class AttachedRun(Run):
    """A run that works in the system of `harness up`: it makes no servers, and leaves them running."""

    _running: AttachableSystem
    _entry: Entry

    def __enter__(self) -> AttachedRun:
        """Attaches; nothing is made here, so there is nothing to sweep or to watch over.

        Raises:
            BadInputError: none is up, another run is attached to it, or it is not what the options ask for.
        """
        self._running = self._resources.enter_context(_attached(self.options))
        self.backend = AttachedBackend(self._running)
        self._pool = self._resources.enter_context(Pool(self.backend, self._say, self.options.profile))
        deployment = AttachedDeployment(self._running)
        self._entry = deployment, self._pool.adopt(deployment, self._running.servers)
        return self

    def system(self, declared: Declared, history: History, step: Step) -> System:
        """The running system with the services that were declared; the session has them ready if it can.

        Raises:
            BadInputError: it lacks a server that was declared.
        """
        servers = self._running.servers
        if missing := [each.words for each in declared.servers if each not in servers]:
            raise BadInputError(
                f"--attach: the running system has {Declared(servers).words}, and this scenario needs "
                f"{', '.join(missing)}: run it without --attach"
            )
        wanted = Declared(servers, declared.application)
        if ready := ask("ready", wanted):
            return self._system(ready, *self._entry, history, step)
        system = super().system(wanted, history, step)
        ask("follow", system.cast)
        return system


@contextmanager
def _attached(options: Options) -> Iterator[AttachableSystem]:
    """Attaches to the running system for as long as the block lasts."""
    running: AttachableSystem = ask("attach", Identity.of_this_process())
    try:
        _assert_fits(options, running)
        yield running
    finally:
        # From a session that is gone there is nothing to detach, and what the run found stays as it is.
        with suppress(HarnessError):
            ask("detach")


def _assert_fits(options: Options, running: AttachableSystem) -> None:
    if options.backend not in ("auto", running.backend):
        raise BadInputError(
            f"--attach: the running system is on the {running.backend} backend, not {options.backend}; "
            "leave --backend out"
        )
    if options.timings != running.timings:
        raise BadInputError(
            f"--attach: the running system has the {running.timings} timings, not {options.timings}; "
            f"give --timings {running.timings}, or harness down, then harness up --timings {options.timings}"
        )
    if options.images or options.releases:
        raise BadInputError("--attach: the running system has its images and releases already; leave them out")


class AttachedBackend:
    """The backend on which the session's nodes run; it makes no others."""

    def __init__(self, running: AttachableSystem) -> None:
        self.name = running.backend
        # Nobody prepares another release of a server that runs already.
        self.abilities = running.abilities - {Upgradable}

    def prepare(self, kinds: Iterable[NodeKind], say: Say) -> None:
        """Does nothing: the session has prepared its backend."""

    def deploy(self, topology: Topology, say: Say) -> AttachedDeployment:
        """Refuses to: it is called when the running system could not be healed.

        Raises:
            BadInputError: always.
        """
        raise BadInputError("--attach: the running system can't be healed: harness down, then harness up")


class AttachedDeployment:
    """The session's nodes; closing it leaves them running."""

    def __init__(self, running: AttachableSystem) -> None:
        self.topology = running.topology
        self._kind = _kind(running.abilities)
        self._nodes: dict[str, RemoteNode] = {}
        self._update(running.nodes)

    @property
    def nodes(self) -> Mapping[str, RemoteNode]:
        """All nodes by name."""
        return self._nodes

    def put(self, specs: Sequence[NodeSpec]) -> None:
        """Has the session add these nodes; see the protocol."""
        if specs:
            self._update(ask("put", tuple(specs)))

    def remove(self, names: Collection[str]) -> None:
        """Has the session remove the nodes of these names."""
        if names:
            self._update(ask("remove", tuple(names)))

    def close(self) -> None:
        """Leaves everything as it is: the nodes are the session's."""

    def __enter__(self) -> AttachedDeployment:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _update(self, nodes: Sequence[AttachableNode]) -> None:
        """Takes the nodes over; those known already stay the same objects, as a fault remembers whom it hurt."""
        known = {name: node for name, node in self._nodes.items() if node.attachable in nodes}
        now = {node.spec.name: known.get(node.spec.name) or self._kind(node) for node in nodes}
        for name in self._nodes.keys() - now.keys():
            del self._nodes[name]
        self._nodes.update(now)  # in place: clusters look at the same mapping


class RemoteNode:
    """A node of the session: implements `harness.backends.protocol.Node` by asking the session."""

    def __init__(self, attachable: AttachableNode) -> None:
        self.attachable = attachable
        self.spec = attachable.spec
        self.address = attachable.address

    def endpoint(self, port: str) -> str:
        """The host:port where this process reaches the port; the session is on the same host."""
        return self.attachable.endpoints[port]

    def state(self) -> NodeState:
        """The node's state as the session's backend sees it now."""
        state: NodeState = self._ask("state")
        return state

    def kill(self) -> None:
        """Has the session kill the node."""
        self._ask("kill")

    def stop(self) -> None:
        """Has the session stop the node."""
        self._ask("stop")

    def start(self) -> None:
        """Has the session start the node again."""
        self._ask("start")

    def pause(self) -> None:
        """Has the session freeze the node."""
        self._ask("pause")

    def resume(self) -> None:
        """Has the session let the node go on."""
        self._ask("resume")

    def throttle(self, share: float) -> None:
        """Has the session leave the node a share of the processors' time."""
        self._ask("throttle", share)

    def unthrottle(self) -> None:
        """Has the session let the node run as it wants."""
        self._ask("unthrottle")

    def held_back(self, seconds: float) -> float:
        """For what part of so many seconds the node was kept from running, asked of the session."""
        return float(self._ask("held_back", seconds))

    def write_file(self, name: str, text: str) -> None:
        """Has the session put a file where `${file:NAME}` points."""
        self._ask("write_file", name, text)

    def read_data(self, path: str) -> bytes | None:
        """A file among the node's data, asked of the session."""
        content: bytes | None = self._ask("read_data", path)
        return content

    def data_files(self) -> Mapping[str, int]:
        """The files among the node's data and their sizes, asked of the session."""
        files: Mapping[str, int] = self._ask("data_files")
        return files

    def write_data(self, path: str, content: bytes) -> None:
        """Has the session change a file among the node's data."""
        self._ask("write_data", path, content)

    def empty_data(self) -> None:
        """Has the session remove all of the node's data."""
        self._ask("empty_data")

    def fill_disk(self) -> None:
        """Has the session fill the node's disk."""
        self._ask("fill_disk")

    def free_disk(self) -> None:
        """Has the session remove what fills the node's disk."""
        self._ask("free_disk")

    def refusal(self) -> int | None:
        """The error with which the node's disk takes nothing, asked of the session."""
        number: int | None = self._ask("refusal")
        return number

    def set_clock(self, seconds: float) -> None:
        """Has the session set the node's clock."""
        self._ask("set_clock", seconds)

    def clock_off_s(self) -> float:
        """By how many seconds the node's clock is off, asked of the session."""
        return float(self._ask("clock_off_s"))

    def logs(self, *, since: float = 0.0) -> str:
        """The node's log, asked of the session."""
        return str(self._ask("logs", since))

    def exec_context(self) -> ExecContext:
        """Where a person's command can run beside the node's process."""
        context: ExecContext = self._ask("exec_context")
        return context

    def _ask(self, verb: str, *arguments: object) -> Any:
        return ask("act", self.spec.name, verb, *arguments)


class RemoteNetworkedNode(RemoteNode):
    """A node of the session whose network can be impaired."""

    def impair(self, fault: str, impairment: Impairment = CUT_OFF) -> None:
        """Has the session drop packets between the node and others."""
        self._ask("impair", fault, impairment)

    def rejoin(self, fault: str | None = None) -> None:
        """Has the session undo an impairment, or all of them."""
        self._ask("rejoin", fault)

    @property
    def others(self) -> Mapping[str, str]:
        """The roles of all other nodes that the session has ever had, by their names."""
        others: Mapping[str, str] = self._ask("others")
        return others

    @property
    def impaired(self) -> bool:
        """Whether an impairment of the node is in force."""
        return bool(self._ask("impaired"))

    def links(self, others: Others | None = None) -> Mapping[str, bool]:
        """Whether connections between the node and each of its peers can be made now, both ways."""
        links: Mapping[str, bool] = self._ask("links", others)
        return links

    def arriving(self, count: int, direction: Direction, others: Others | None = None) -> Mapping[str, int]:
        """How many datagrams between the node and each of its peers arrive."""
        arriving: Mapping[str, int] = self._ask("arriving", count, direction, others)
        return arriving


class RemoteInterposableNode(RemoteNetworkedNode):
    """A node of the session between which and its clients something can come as well."""

    def interpose(self, fault: str, passing: Passing) -> None:
        """Has the session come between the node and its clients."""
        self._ask("interpose", fault, passing)

    def withdraw(self, fault: str | None = None) -> None:
        """Has the session undo that, or all of it."""
        self._ask("withdraw", fault)

    @property
    def interposed(self) -> bool:
        """Whether anything comes between."""
        return bool(self._ask("interposed"))

    def passed(self, fault: str) -> Passed:
        """What has become of what passed."""
        passed: Passed = self._ask("passed", fault)
        return passed

    def connections(self) -> frozenset[str]:
        """The connections that the node has with others."""
        connections: frozenset[str] = self._ask("connections")
        return connections

    def disconnect(self) -> frozenset[str]:
        """Has the session reset them."""
        reset: frozenset[str] = self._ask("disconnect")
        return reset


def _kind(abilities: Collection[Ability]) -> type[RemoteNode]:
    """The nodes of a backend whose nodes have these abilities."""
    if Interposable in abilities:
        return RemoteInterposableNode
    return RemoteNetworkedNode if Networked in abilities else RemoteNode
