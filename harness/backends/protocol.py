"""The seam between what a system is (topology) and where it runs (Docker, local processes).

Everything after this point, clusters, targets, faults, workloads, sees only these protocols.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeAlias, runtime_checkable

from harness.backends.impairment import CUT_OFF, Direction, Impairment, Others
from harness.backends.passing import Passed, Passing
from harness.progress import Say
from harness.topology.kinds import NodeKind
from harness.topology.nodes import NodeSpec, Topology

#: The bytes of a datagram that asks for a way: with its headers it fits into a frame of any network.
DATAGRAM = 1000
#: What `--backend` can be; "auto" is Docker where an engine answers and has, or can have, the images.
BACKENDS = ("auto", "docker", "process")


class Phase(StrEnum):
    """The state of a node's process, as the operating system or the engine tells it."""

    RUNNING = "running"
    PAUSED = "paused"
    EXITED = "exited"


@dataclass(frozen=True)
class NodeState:
    """The state of a node by its backend: its phase, its process id on the host (None if gone), its exit status."""

    phase: Phase
    pid: int | None
    exit_code: int | None = None


@dataclass(frozen=True)
class ExecContext:
    """Where a node's process is, for a command beside it: in a container, or in a folder with an environment.

    Attributes:
        container: its id.
        engine: the URL of the engine that has the container; None for the one that the `docker` command asks by itself.
        folder: of the process.
        enter: what runs the command behind it in the network of the process, if that has one of its own.
        environment: of the process.
    """

    container: str | None = None
    engine: str | None = None
    folder: str | None = None
    enter: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class Node(Protocol):
    """One running (or stopped) node of a deployment. What can be done to it is said by the abilities below."""

    @property
    def spec(self) -> NodeSpec:
        """The spec that the node was made from."""

    @property
    def address(self) -> str:
        """The node's IP address as the other nodes see it."""

    def endpoint(self, port: str) -> str:
        """The `host:port` at which the harness reaches the port named `port`."""

    def state(self) -> NodeState:
        """The node's state, asked of the operating system or the engine now; never a remembered value."""

    def write_file(self, name: str, text: str) -> None:
        """Puts a file where `${file:NAME}` points; works while the node is stopped as well."""

    def read_data(self, path: str) -> bytes | None:
        """A file among the node's own data, read from outside: its process is not asked, and need not run.

        None if there is no such file.

        Args:
            path: of the file, relative to the folder that the node's launcher knows as `HARNESS_DATA`.

        Raises:
            EnvironmentUnfitError: it can't be read.
        """

    def logs(self, *, since: float = 0.0) -> str:
        """The node's stdout and stderr, over restarts, from `since` (in seconds since 1970) if it can tell."""

    def exec_context(self) -> ExecContext:
        """Where a person's command can run beside the node's process."""


@runtime_checkable
class Killable(Node, Protocol):
    """A node that can be ended and started again."""

    def kill(self) -> None:
        """Sends SIGKILL to the whole node; returns when its process is gone."""

    def stop(self) -> None:
        """Sends SIGTERM, or what the node's spec says instead; returns when its process is gone.

        Raises:
            AwaitTimeoutError: it still runs after the spec's `stop_timeout_s` (and is left running).
        """

    def start(self) -> None:
        """Starts a node that is stopped, with its data kept; returns when it is ready by its spec."""


@runtime_checkable
class Upgradable(Killable, Protocol):
    """A node that can start as another release of its server, with what it had stored (`NodeSpec.upgrades`)."""

    @property
    def kind(self) -> NodeKind:
        """The kind that it is of now."""

    def become(self, kind: NodeKind) -> None:
        """Has a node that is stopped be of that kind from its next start on.

        Raises:
            BadInputError: its spec does not name that kind.
        """


@dataclass(frozen=True)
class Tried:
    """Something that a node tried, and that its limits kept it from.

    Attributes:
        name: what it is called.
        words: who it was, and what was seen.
    """

    name: str
    words: str


@runtime_checkable
class Confined(Node, Protocol):
    """A node that may be confined, as nobody trusts what runs in it."""

    def tried(self) -> Sequence[Tried]:
        """What it tried that its limits kept it from; nothing of a node that is not confined.

        Raises:
            EnvironmentUnfitError: it can't be told.
        """


@runtime_checkable
class Pausable(Node, Protocol):
    """A node that can be frozen."""

    def pause(self) -> None:
        """Stops every process of the node from being scheduled; its sockets stay open."""

    def resume(self) -> None:
        """Undoes `pause`."""


@runtime_checkable
class Throttleable(Node, Protocol):
    """A node that can be given less of the processors' time than it wants."""

    def throttle(self, share: float) -> None:
        """Leaves the node this share of the time of all processors, from 0 to 1, until `unthrottle`.

        It is in force over the end of the node's process: one that starts again is throttled from its beginning.
        """

    def unthrottle(self) -> None:
        """Undoes `throttle`; quiet where there is none, and if the node is down."""

    def held_back(self, seconds: float) -> float:
        """Looks for so many seconds for what part of them the node was kept from running, by the kernel's word.

        From 0 to 1. A node that has nothing to do is kept from nothing.
        """


@runtime_checkable
class Rewritable(Killable, Protocol):
    """A node whose own data can be changed from outside, once its process is gone."""

    def data_files(self) -> Mapping[str, int]:
        """The files among the node's own data, by paths as `read_data` takes them, with their sizes in bytes.

        In the order in which they were last written to; whether its process runs or is gone.
        """

    def write_data(self, path: str, content: bytes) -> None:
        """Puts this in place of what a file among the node's own data holds."""

    def empty_data(self) -> None:
        """Removes all of the node's own data."""


@runtime_checkable
class Fillable(Killable, Protocol):
    """A node whose own data can be on a disk of a given size (`NodeSpec.disk_mb`), which can be filled."""

    def fill_disk(self) -> None:
        """Fills what is left of the node's disk with a file.

        Raises:
            BadInputError: its disk has no size of its own.
        """

    def free_disk(self) -> None:
        """Removes that file; quiet where there is none, and whether the node runs or not."""

    def refusal(self) -> int | None:
        """Tries from outside to write a little to the node's disk; gives the number of the error, None if it can."""


@runtime_checkable
class Clocked(Node, Protocol):
    """A node that can have a wall clock of its own (`NodeSpec.clock`), which can be wrong."""

    def set_clock(self, seconds: float) -> None:
        """Has the node's wall clock be off from the machine's by so many seconds; it is right again with 0.

        It takes a second. It is in force over the end of the node's process.

        Raises:
            BadInputError: its clock is the machine's.
        """

    def clock_off_s(self) -> float:
        """By how many seconds the node's wall clock is off, about: by a program that is started beside its process.

        By none if the process itself has not loaded what sets it.
        """


@runtime_checkable
class Networked(Node, Protocol):
    """A node whose network can be impaired, from packets that are lost to one that is cut off."""

    def impair(self, fault: str, impairment: Impairment = CUT_OFF) -> None:
        """Drops packets between the node and others, as it stands all of them; the harness still reaches it.

        It is in force until `rejoin`, over the end of the node's process: a node that starts again is impaired again
        at once. `start` does not wait for such a node, since to be ready it may need the others. Only a node that is
        put in its place begins without.

        Args:
            fault: a name for what does this, up to 20 lower-case letters, digits and hyphens. Several may be in force
                at once, and the undoing of one lifts no other.
            impairment: which packets.

        Raises:
            BadInputError: there never was a node of one of its roles, or one of its names.
        """

    def rejoin(self, fault: str | None = None) -> None:
        """Undoes what this name impairs, or all of it; quiet where there is none, and if the node is down.

        A node that was started meanwhile is waited for: it returns when that is ready by its spec.
        """

    @property
    def others(self) -> Mapping[str, str]:
        """The roles of all other nodes that there ever were in its network, by the nodes' names."""

    @property
    def impaired(self) -> bool:
        """Whether any impairment of the node is in force, or will be once it runs again."""

    def links(self, others: Others | None = None) -> Mapping[str, bool]:
        """Whether an answer comes to a connection to each peer of the node, and to one from each; by words.

        Its peers are those of the others that run, and that no impairment of their own keeps from it. If none are
        given, they are those of its role; where there are none, as for a service that is the only one of its role, all.

        Raises:
            BadInputError: there never was such a node.
        """

    def arriving(self, count: int, direction: Direction, others: Others | None = None) -> Mapping[str, int]:
        """How many of so many datagrams arrive that it sends to each of its peers, or each of them to it; by words.

        A connection needs both directions, this one alone. They have `DATAGRAM` bytes each, spread over half a second.

        Raises:
            BadInputError: there never was such a node.
        """


@runtime_checkable
class Interposable(Node, Protocol):
    """A node between which and its clients something can come; see `harness.backends.passing` for the words."""

    def interpose(self, fault: str, passing: Passing) -> None:
        """Has this befall what passes between the node and its clients.

        It is in force until `withdraw`, over the end of the node's process: it is applied again once a node that was
        started is ready. Only a node that is put in its place begins without. What is late or held goes through a
        proxy, and to lead them there, connections of clients are reset.

        Args:
            fault: a name for what does this, as for `Networked.impair`; they may be in force together.
            passing: what befalls it.

        Raises:
            BadInputError: that is no name, or the node has no port.
        """

    def withdraw(self, fault: str | None = None) -> None:
        """Undoes what is in force by this name, or all; quiet where there is none, and if the node is down.

        Connections of clients that it concerned are reset: what was on its way or was lost does not come any more.
        """

    @property
    def interposed(self) -> bool:
        """Whether anything is in force, or will be once the node runs again."""

    def passed(self, fault: str) -> Passed:
        """What has become of what passed since this fault is in force.

        Raises:
            KeyError: no such fault is in force.
        """

    def connections(self) -> frozenset[str]:
        """The connections that the node has with others, in words that tell each from all others, before and after."""

    def disconnect(self) -> frozenset[str]:
        """Resets all of them at both ends at once, and gives those that there were; others can be made at once."""


#: One of these protocols: a fault needs it, and a backend says whether its nodes have it.
Ability: TypeAlias = type[Any]


def running_nodes(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The nodes whose process runs and is not paused, in their order."""
    return tuple(node for node in nodes if node.state().phase is Phase.RUNNING)


def is_impaired(node: Node) -> bool:
    """Whether what passes between the node and others is impaired in any way, or will be once it runs again."""
    impaired = isinstance(node, Networked) and node.impaired
    return impaired or (isinstance(node, Interposable) and node.interposed)


class Deployment(Protocol):
    """A topology that runs. A context manager; leaving it removes everything that was made for it."""

    @property
    def topology(self) -> Topology:
        """The topology that the deployment was made from."""

    @property
    def nodes(self) -> Mapping[str, Node]:
        """All nodes by name."""

    def put(self, specs: Sequence[NodeSpec]) -> None:
        """Adds nodes, in parallel, and returns when each is ready (readiness, then `files_when_ready`).

        A node of the same name that is there already ends first (SIGKILL) and the new one takes its address and its
        host ports; it starts with fresh data. This is how the services move from one namespace to the next.

        Raises:
            NodeStartError: with the node's last log lines.
        """

    def remove(self, names: Collection[str]) -> None:
        """Ends nodes (SIGKILL) and forgets them; names that are not there are ignored."""

    def close(self) -> None:
        """Removes everything that was made for this deployment; may be called twice."""

    def __enter__(self) -> Deployment: ...

    def __exit__(self, *exception: object) -> None: ...


class Backend(Protocol):
    """A place where nodes can run."""

    @property
    def name(self) -> str:
        """The value of `--backend` that chooses it."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What can be done to its nodes. A scenario that needs what they lack is skipped with the reason."""

    def prepare(self, kinds: Iterable[NodeKind], say: Say) -> None:
        """Gets what nodes of these kinds need (images; jars and caches), once per machine.

        A deployment does it by itself for a kind that it is the first to have; what has changed since shows only here.

        Raises:
            EnvironmentUnfitError: no engine, no registry, no disk space, a hash that does not match.
        """

    def deploy(self, topology: Topology, say: Say) -> Deployment:
        """Starts all nodes in parallel and returns when each is ready; leaves nothing behind if one is not.

        Raises:
            NodeStartError: with the node's last log lines.
            EnvironmentUnfitError: a port is taken.
        """
