"""A system as it is declared, by value: kinds of servers and an application, which a marker names."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.clusters import Servers
from harness.errors import BadInputError
from harness.system import Cast
from harness.topology.kinds import NodeKind
from harness.topology.nodes import kinds_of
from harness.topology.timings import FAST, Timings


class Application(ABC):
    """The services beside the servers, anew for each scenario; by value, as servers are."""

    @property
    def name(self) -> str:
        """The application's name where a report says what a scenario is about."""
        return type(self).__name__

    @property
    @abstractmethod
    def servers(self) -> tuple[Servers[Any], ...]:
        """The servers that the application runs on where a scenario names none."""

    @abstractmethod
    def assert_fits(self, servers: Sequence[Servers[Any]]) -> None:
        """Checks that the application can run beside these servers.

        Raises:
            BadInputError: these are not what it needs.
        """

    def settings(self, servers: Sequence[Servers[Any]]) -> Mapping[str, str]:
        """The settings beside these servers that decide what may be lost; none where nobody says what they permit."""
        return {}

    @abstractmethod
    def cast(self, scenario: str, servers: Sequence[Servers[Any]], timings: Timings) -> Cast:
        """The application's services for one scenario.

        Args:
            scenario: the scenario's id, which is part of every name.
            servers: what the services run beside; they fit.
            timings: the failure detectors' profile.
        """


@dataclass(frozen=True)
class Need:
    """Something that a scenario needs of its application, and that somebody's own may not have.

    Attributes:
        words: what it is, after "it needs".
    """

    words: str


@dataclass(frozen=True)
class Declared:
    """The parts of a scenario's system, as the marker `system` gives them.

    Attributes:
        servers: each kind at most once; what a kind requires comes before it.
        application: what runs beside them; None for the servers alone.

    Raises:
        BadInputError: a kind is there twice, or something lacks a kind that it requires.
    """

    servers: tuple[Servers[Any], ...]
    application: Application | None = None

    def __post_init__(self) -> None:
        kinds = [type(each) for each in self.servers]
        for each in self.servers:
            if kinds.count(type(each)) > 1:
                raise BadInputError(f"a system has {type(each).__name__} only once; give the number of its nodes")
            if missing := [other.__name__ for other in each.requires if other not in kinds]:
                raise BadInputError(f"{each.words}: this needs {', '.join(missing)} in the same system")
        if self.application:
            self.application.assert_fits(self.servers)
        object.__setattr__(self, "servers", tuple(sorted(self.servers, key=_place)))

    @property
    def words(self) -> str:
        """The parts in words, for a person."""
        return ", ".join(each.words for each in self.servers)

    @property
    def server_names(self) -> tuple[str, ...]:
        """The names of its kinds of servers."""
        return tuple(type(each).__name__ for each in self.servers)

    @property
    def name(self) -> str:
        """The system's name where a report says what a scenario is about."""
        return self.application.name if self.application else " and ".join(self.server_names)

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings that decide what may be lost, as they are by what is declared."""
        return self.application.settings(self.servers) if self.application else {}

    def detectors(self, timings: Timings) -> Mapping[str, str]:
        """The settings that bound how long the loss of one of its servers goes unnoticed."""
        return {name: value for each in self.servers for name, value in each.detectors(timings).items()}

    @property
    def kinds(self) -> frozenset[NodeKind]:
        """The kinds of all its nodes, which have to be prepared."""
        servers = [spec for each in self.servers for spec in each.nodes(FAST)]
        return kinds_of((*servers, *self.cast("none", FAST).specs))

    def in_releases(self, versions: Mapping[str, str]) -> Declared:
        """This system with servers that name no release in those that stand by the names of kinds."""
        return replace(self, servers=tuple(each.in_release(versions) for each in self.servers))

    def cast(self, scenario: str, timings: Timings) -> Cast:
        """The services for one scenario."""
        return self.application.cast(scenario, self.servers, timings) if self.application else Cast(id=scenario)


@dataclass(frozen=True)
class About:
    """Somebody's own system in words, for the page that is for its owner.

    Attributes:
        name: as the owner calls it.
        words: what it is made of, in one line.
        not_judged: what is not judged, as it is not promised, or not said.
        unseen: what nobody can look at.
    """

    name: str
    words: str
    not_judged: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


class StandIn(ABC):
    """Somebody's own system, which scenarios run on in place of the one that they declare."""

    @property
    @abstractmethod
    def about(self) -> About:
        """The system in words."""

    @property
    @abstractmethod
    def digest(self) -> str:
        """A hash of all that the system is made of: what describes it, and its code."""

    @property
    @abstractmethod
    def declared(self) -> Declared:
        """The whole of it, for no scenario."""

    @abstractmethod
    def in_place_of(self, declared: Declared, needs: Collection[Need], subject: Collection[str]) -> Declared:
        """Gives this system as a scenario gets it.

        Args:
            declared: what the scenario is written for.
            needs: what it needs beside that.
            subject: the names of the kinds of servers that it is about; it needs as many of them as it declares,
                unless its needs say that fewer will do.

        Raises:
            LeftOutError: this system lacks something of it.
        """


def _place(servers: Servers[Any]) -> tuple[int, str]:
    """The place of servers in the order: first those that others require, else the same whatever order they came in."""
    return len(servers.requires), type(servers).__name__


def is_part(value: object) -> bool:
    """Whether a value can be a part of a system."""
    return isinstance(value, Servers | Application)


def declared(parts: Sequence[object]) -> Declared:
    """The system that the parts of a marker make.

    Raises:
        BadInputError: one is neither a kind of server nor an application, there are two applications, or nothing at
            all.
    """
    for part in parts:
        if not is_part(part):
            raise BadInputError(f"{part!r} is no part of a system: give kinds of servers, such as kafka(3)")
    servers = tuple(part for part in parts if isinstance(part, Servers))
    applications = [part for part in parts if isinstance(part, Application)]
    if len(applications) > 1 or not parts:
        raise BadInputError(f"a system has kinds of servers and one application at most, not {len(applications)}")
    application = applications[0] if applications else None
    return Declared(servers or (application.servers if application else ()), application)
