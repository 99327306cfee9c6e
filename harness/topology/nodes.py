"""What a system is made of, as plain data: node specs and how to tell that one is ready.

Nothing here starts anything or knows where it will run. Values may hold references that a backend resolves when it
knows the addresses:

    ${node-1}          the address of the node called node-1 as the other nodes reach it
    ${node-1:external} host:port of that node's port named "external", as the harness (the host) reaches it
    ${file:NAME}       the path at which this node finds its own file NAME
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from harness.errors import BadInputError
from harness.topology.kinds import NodeKind


@dataclass(frozen=True)
class HttpReady:
    """A node is ready when a GET of `path` on its port `port` answers `status` and, if given, JSON with `expect`."""

    port: str
    path: str
    expect: Mapping[str, object] = field(default_factory=dict)
    status: int = 200

    @property
    def words(self) -> str:
        """The thing that the node has to do, in words."""
        return f"answer GET {self.path} with {self.status}"


@dataclass(frozen=True)
class PortReady:
    """A node is ready when its port `port` accepts a connection (the cluster view then asks the server itself)."""

    port: str

    @property
    def words(self) -> str:
        """The thing that the node has to do, in words."""
        return f"listen on its port {self.port!r}"


@dataclass(frozen=True)
class LogReady:
    """A node is ready when what it has written since its start matches, and its port `port` accepts a connection.

    Attributes:
        port: by name.
        pattern: a regular expression, which is searched for; ^ and $ are the ends of a line.
    """

    port: str
    pattern: str

    @property
    def words(self) -> str:
        """The thing that the node has to do, in words."""
        return f"write what matches {self.pattern!r}, and listen on its port {self.port!r}"


Ready: TypeAlias = HttpReady | PortReady | LogReady


@dataclass(frozen=True)
class NodeSpec:
    """One server or service to run.

    Attributes:
        name: unique in its topology, such as "broker-1"; also its host name where there are host names.
        role: what it is to the experiment, such as "broker" or "facade"; targets select by it.
        index: 1-based among its role.
        kind: says which image (Docker) or program (process) runs it.
        arguments: given to the launcher, for a service the module to run.
        environment: for its process; values may hold references.
        ports: name to number, the same number in every backend.
        ready: how to tell that it is up.
        files: name to text, in place before the node starts; text may hold references.
        files_when_ready: replaces files of the same name once the whole topology is up, for later restarts.
        stop_signal: what asks the node's main process to end in order.
        stop_timeout_s: how long that may take before a stop counts as hung, in seconds.
        ready_within_s: how long it may take to get ready, in seconds; None: as long as the backend gives every node.
        renewable: whether its launcher can be ordered to begin another node in its place (backends/docker_renewal.py);
            such a node has nothing that outlives its processes.
        disk_mb: the size of a disk in memory that its own data is on, in megabytes; None: it is on the machine's.
        clock: whether it has a wall clock of its own, which can be off from the machine's.
        upgrades: the kinds as which it may start later, with what it had stored: other releases of its server.
        by_name: whether others reach it by its name, as a host name: then it can only run where there are host names.
        host_names: more host names of it, which others may have, too: then a name is any of them.
        init: whether the first process of its container is the engine's own: so it has to be where whoever made the
            image did not write its program to be first, which no signal ends but those that it asks for.
        localhost: for a node that was written for one machine, and listens on 127.0.0.1: by the ports of 127.0.0.1 at
            which it finds others, their names and the ports that they have. Such a node can only run where it has a
            network of its own, and in a container the launcher of its kind has to wait until HARNESS_AWAITS, a file, is
            there, and to remove that, before it starts anything. None: it listens on its own address, or on all.
        other_ports: for a node whose code has other ports for others: the port that one has, by its name and that in
            the code. What is said of the launcher of its kind holds for it as well.
    """

    name: str
    role: str
    index: int
    kind: NodeKind
    ports: Mapping[str, int]
    ready: Ready
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    files_when_ready: Mapping[str, str] = field(default_factory=dict)
    stop_signal: Literal["SIGTERM", "SIGINT"] = "SIGTERM"
    stop_timeout_s: float = 10.0
    ready_within_s: float | None = None
    renewable: bool = False
    disk_mb: int | None = None
    clock: bool = False
    upgrades: tuple[NodeKind, ...] = ()
    by_name: bool = False
    host_names: tuple[str, ...] = ()
    init: bool = False
    localhost: Mapping[int, tuple[str, int]] | None = None
    other_ports: Mapping[tuple[str, int], int] = field(default_factory=dict)

    @property
    def is_led(self) -> bool:
        """Whether rules in its network have to lead it to the others."""
        return self.localhost is not None or bool(self.other_ports)


@dataclass(frozen=True)
class Topology:
    """A named set of node specs; two equal topologies can share one running deployment."""

    name: str
    nodes: tuple[NodeSpec, ...]

    def __iter__(self) -> Iterator[NodeSpec]:
        return iter(self.nodes)

    def __getitem__(self, name: str) -> NodeSpec:
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(f"no node {name!r} in topology {self.name!r}; there are {[n.name for n in self.nodes]}")

    @property
    def kinds(self) -> frozenset[NodeKind]:
        """The kinds of the topology's nodes."""
        return kinds_of(self.nodes)

    def role(self, role: str) -> tuple[NodeSpec, ...]:
        """The specs of that role in index order; empty if there are none."""
        return tuple(sorted((node for node in self.nodes if node.role == role), key=lambda node: node.index))


def kinds_of(specs: Iterable[NodeSpec]) -> frozenset[NodeKind]:
    """The kinds of these nodes, and those as which they may start later."""
    return frozenset(kind for spec in specs for kind in (spec.kind, *spec.upgrades))


def addressed(specs: Iterable[NodeSpec]) -> Iterator[str]:
    """The names of these nodes, and of those that come later and have to have an address already."""
    specs = tuple(specs)
    yield from (spec.name for spec in specs)
    yield from (node for spec in specs for node, _ in (spec.localhost or {}).values())
    yield from (node for spec in specs for node, _ in spec.other_ports)


def called(specs: Sequence[NodeSpec], names: Sequence[str]) -> tuple[NodeSpec, ...]:
    """These nodes with more host names: the first name for the first node, and so on in turn until all are given."""
    return tuple(replace(spec, host_names=tuple(names[index :: len(specs)])) for index, spec in enumerate(specs))


def named(spec: NodeSpec, kind: NodeKind) -> NodeKind:
    """Gives the kind if the spec of a node names it.

    Raises:
        BadInputError: it does not.
    """
    if kind not in kinds_of([spec]):
        raise BadInputError(f"{spec.name} can't start as {kind.name}: its spec does not name that among its upgrades")
    return kind
