"""The running clusters as a scenario's targets and effects ask them: each kind of server says how it is looked at.

Nothing here knows a server: a kind is a value in `harness/servers/` or in somebody's own suite.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeAlias, TypeVar, cast

from harness.backends.protocol import Node, running_nodes
from harness.errors import BadInputError
from harness.topology.given import Given
from harness.topology.nodes import NodeSpec
from harness.topology.timings import Timings
from harness.waiting import awaiting


@dataclass(frozen=True)
class Duty:
    """Something that a cluster says a node is, such as a leader.

    Attributes:
        what: a word for programs.
        words: for a person.
        brief: in a few words, where there is little room; empty for what goes without saying.
    """

    what: str
    words: str
    brief: str = ""


@dataclass(frozen=True)
class Waiting:
    """Something that was sent and that nobody has taken yet.

    Attributes:
        where: the queue, or the part of it.
        count: how much.
        words: for a person.
    """

    where: str
    count: int
    words: str


#: Each gives duties by the names of the nodes that have them; asked at once, and one that fails spoils no other.
DutyQuestions: TypeAlias = "Mapping[str, Callable[[], Sequence[tuple[str, Duty]]]]"
#: By who is asked, each gives the settings of failure detectors that are in force there; for `harness.readback`.
DetectorQuestions: TypeAlias = "Mapping[str, Callable[[], Mapping[str, str]]]"


@dataclass(frozen=True)
class Console:
    """A page of the vendor's for servers of a kind, as an image.

    Attributes:
        title: what it calls itself.
        name: of its container.
        image: where it comes from.
        port: of its page.
        environment: for its process.
    """

    title: str
    name: str
    image: str
    port: int
    environment: Mapping[str, str]


class View(ABC):
    """Asks the servers of one kind what is true now; it never guesses from names.

    Attributes:
        nodes: all of this kind, running or not.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = tuple(nodes)

    def running(self) -> tuple[Node, ...]:
        """The nodes whose process runs and is not paused."""
        return running_nodes(self.nodes)

    @abstractmethod
    def await_formed(self, *, timeout_s: float) -> None:
        """Waits until all nodes of this kind run as one cluster that serves its clients.

        Raises:
            AwaitTimeoutError: not within `timeout_s` seconds; with what was seen last.
        """

    @property
    def duties(self) -> DutyQuestions:
        """What each node is now, whatever anybody does with the servers; nothing that is worth a word by default."""
        return {}

    def wipe(self) -> None:  # noqa: B027  (a kind whose clients make nothing has nothing to remove)
        """Removes all that clients have made in the servers, for an application that can't have names of its own.

        Raises:
            AwaitTimeoutError: something is still there after some seconds.
        """

    def tidy(self, run: str) -> None:  # noqa: B027  (likewise)
        """Removes from servers that the harness did not start what one run has made: its id is in all names of that.

        What was there when the view was made stays, whatever it is called.
        """

    @property
    def detectors(self) -> DetectorQuestions:
        """The settings of the failure detectors that servers of this kind say they have; by default nobody says any."""
        return {}

    def close(self) -> None:  # noqa: B027  (a view may have nothing to close)
        """Closes the view's connections, if it keeps any; the next question opens others."""


@dataclass(frozen=True)
class Picked:
    """The nodes a target chose and why, in words that a report can show."""

    nodes: tuple[Node, ...]
    why: str


#: Which nodes to hurt, decided at the moment of the fault; see `harness.targets`.
Target: TypeAlias = "Callable[[Clusters], Picked]"
ViewT = TypeVar("ViewT", bound=View)


class Servers(ABC, Generic[ViewT]):
    """Some servers of one kind, by value: a frozen data class, so that equal ones can share what runs.

    A new kind of server is a subclass in a folder of its own, and no edit elsewhere.
    """

    @property
    @abstractmethod
    def words(self) -> str:
        """The servers in words, such as "3 Kafka brokers"."""

    @property
    def requires(self) -> tuple[type[Servers[Any]], ...]:
        """The kinds of servers that have to be in the same system; they are up before these are waited for."""
        return ()

    @property
    def targets(self) -> Mapping[str, tuple[Target, str]]:
        """Targets that a person can name on the command line, each with a word on what it is."""
        return {}

    def in_release(self, versions: Mapping[str, str]) -> Self:
        """These servers in the release that stands by the name of their nodes' kind, unless they name one themselves.

        The same servers where there is one release alone.
        """
        return self

    def detectors(self, timings: Timings) -> Mapping[str, str]:
        """The declared settings that bound how long the loss of a node goes unnoticed, for `harness.bounds`."""
        return {}

    def console(self, nodes: Sequence[Node]) -> Console | None:
        """A page of the vendor's that shows these nodes, if there is one."""
        return None

    @abstractmethod
    def nodes(self, timings: Timings) -> tuple[NodeSpec, ...]:
        """The node specs of these servers, with the failure detectors of that profile."""

    @abstractmethod
    def view(self, nodes: Sequence[Node]) -> ViewT:
        """A view of these nodes, which were made from `nodes(...)`."""


class Clusters:
    """Everything that a target or an effect may ask: the nodes by name, and the view of each kind of server."""

    def __init__(self, nodes: Mapping[str, Node], servers: Iterable[tuple[Servers[Any], Iterable[str]]]) -> None:
        """Makes the views of these servers, which run.

        Args:
            nodes: every node of the deployment by name; looked at whenever somebody asks.
            servers: each kind with the names of its nodes.
        """
        self.nodes = nodes
        self._kinds: list[Servers[Any]] = []
        self._names: dict[type[Servers[Any]], tuple[str, ...]] = {}
        self._views: dict[type[Servers[Any]], View] = {}
        for kind, names in servers:
            self._kinds.append(kind)
            self._names[type(kind)] = tuple(names)
            self._views[type(kind)] = kind.view(self.nodes_of(type(kind)))

    def __getitem__(self, kind: type[Servers[ViewT]]) -> ViewT:
        """The view of one kind of server, such as `clusters[Kafka]`.

        Raises:
            BadInputError: the system has no such server.
        """
        if kind not in self:
            has = ", ".join(each.__name__ for each in self._views) or "no server at all"
            raise BadInputError(f"this system has no {kind.__name__} (it has {has}): name it in the marker `system`")
        return cast("ViewT", self._views[kind])

    def named(self, kind: str) -> View:
        """The view of the kind of server whose class has this name.

        Raises:
            BadInputError: the system has no such server.
        """
        for each, view in self._views.items():
            if each.__name__ == kind:
                return view
        has = ", ".join(each.__name__ for each in self._views) or "no server at all"
        raise BadInputError(f"this system has no {kind} (it has {has}): name it in the marker `system`")

    def __contains__(self, kind: type[Servers[Any]]) -> bool:
        return kind in self._views

    def nodes_of(self, kind: type[Servers[Any]]) -> tuple[Node, ...]:
        """The nodes of one kind of server, running or not; none where the system has no such server."""
        return tuple(self.nodes[name] for name in self._names.get(kind, ()))

    @property
    def targets(self) -> Mapping[str, tuple[Target, str]]:
        """Targets that a person can name, of every kind of server."""
        return {name: target for kind in self._kinds for name, target in kind.targets.items()}

    @property
    def duties(self) -> DutyQuestions:
        """What each node is now, as the views say."""
        return {words: ask for view in self._views.values() for words, ask in view.duties.items()}

    @property
    def detectors(self) -> DetectorQuestions:
        """The settings of the failure detectors that are in force, as the servers say."""
        return {whose: ask for view in self._views.values() for whose, ask in view.detectors.items()}

    @property
    def consoles(self) -> tuple[Console, ...]:
        """The vendors' pages, of every kind of server that has one."""
        consoles = (kind.console(self.nodes_of(type(kind))) for kind in self._kinds)
        return tuple(console for console in consoles if console)

    def role(self, role: str) -> tuple[Node, ...]:
        """The nodes of a role in index order."""
        return tuple(sorted((n for n in self.nodes.values() if n.spec.role == role), key=lambda n: n.spec.index))

    def await_formed(self, *, timeout_s: float) -> None:
        """Waits until every cluster is complete, each for so many seconds."""
        for kind in self._kinds:
            with awaiting(f"{kind.words} to be one cluster"):
                self._views[type(kind)].await_formed(timeout_s=timeout_s)

    def wipe(self) -> None:
        """Removes all that clients have made in the servers of every kind."""
        for view in self._views.values():
            view.wipe()

    @property
    def given(self) -> tuple[Node, ...]:
        """The servers that the harness did not start."""
        servers = (node for kind in self._names for node in self.nodes_of(kind))
        return tuple(node for node in servers if isinstance(node.spec.kind, Given))

    def tidy(self, run: str) -> None:
        """Removes from those of them that the harness did not start what one run has made."""
        if self.given:
            for view in self._views.values():
                view.tidy(run)

    def close(self) -> None:
        """Closes the connections of every view."""
        with ExitStack() as closing:
            for view in self._views.values():
                closing.callback(view.close)
