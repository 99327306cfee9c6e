"""Hazelcast as a kind of server: so many members of one cluster, by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.backends.protocol import Node
from harness.clusters import Console, Servers, Target
from harness.errors import BadInputError
from harness.servers.hazelcast.recipe import HAZELCAST
from harness.servers.hazelcast.spec import CLUSTER_NAME, PORT, deciding, found, members
from harness.servers.hazelcast.timings import detectors
from harness.servers.postgres.kind import Postgres
from harness.topology.given import Given
from harness.topology.nodes import NodeSpec, called
from harness.topology.settings import Settings, at_least, settings_of
from harness.topology.timings import Timings

if TYPE_CHECKING:
    from harness.servers.hazelcast.view import HazelcastView


@dataclass(frozen=True)
class Hazelcast(Servers["HazelcastView"]):
    """A cluster of `count` Hazelcast members; see `hazelcast`. `given` are members that run already."""

    count: int
    zoned: bool = False
    stored: bool = False
    settings: Settings = ()
    version: str = ""
    cluster: str = CLUSTER_NAME
    clock: bool = False
    names: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()

    @property
    def words(self) -> str:
        """The members in words: how many there are, of which release, and what is special about them."""
        special = {" in two zones": self.zoned, " with a map store": self.stored}
        release = f" {self.version}" if self.version else ""
        words = f"{self.count} Hazelcast{release} member{'s' * (self.count != 1)}"
        words += "".join(each for each in special if special[each])
        words += " with settings of their own" * bool(self.settings)
        words += " with clocks of their own" * self.clock
        return words + " that run already" * bool(self.given)

    @property
    def requires(self) -> tuple[type[Servers[Any]], ...]:
        """The kinds of servers that the members need: PostgreSQL, where maps write to it."""
        return (Postgres,) if self.stored else ()

    @property
    def targets(self) -> Mapping[str, tuple[Target, str]]:
        """Targets that pick the members that stand out."""
        # Here, as targets ask for `clusters[Hazelcast]`.
        from harness.servers.hazelcast.targets import lowest_ip, oldest_member

        return {
            "lowest-ip": (lowest_ip, "the Hazelcast member with the lowest address"),
            "oldest": (oldest_member, "the oldest Hazelcast member"),
        }

    def in_release(self, versions: Mapping[str, str]) -> Hazelcast:
        """The members in the release that stands by `hazelcast`, unless they name one; with a store there is one."""
        own = self.version or self.stored
        return self if own else replace(self, version=versions.get(HAZELCAST.name, ""))

    def detectors(self, timings: Timings) -> Mapping[str, str]:
        """The settings that bound how long the loss of a node goes unnoticed."""
        return detectors(timings, dict(self.settings))

    def console(self, nodes: Sequence[Node]) -> Console:
        """Hazelcast's Management Center. The newest: it measures nothing, and an older one may not know our servers."""
        members = ",".join(f"{node.address}:{PORT}" for node in nodes)
        environment = {"MC_DEFAULT_CLUSTER": self.cluster, "MC_DEFAULT_CLUSTER_MEMBERS": members}
        image = "hazelcast/management-center:latest"
        return Console("Hazelcast Management Center", "ui-hazelcast", image, 8080, environment)

    def nodes(self, timings: Timings) -> tuple[NodeSpec, ...]:
        """The members' node specs."""
        if self.given:
            return found(self.given, self.cluster)
        made = members(
            self.count,
            cluster=self.cluster,
            timings=timings,
            zoned=self.zoned,
            stored=self.stored,
            settings=dict(self.settings),
            version=self.version,
        )
        return called([replace(spec, clock=self.clock) for spec in made], self.names)

    def view(self, nodes: Sequence[Node]) -> HazelcastView:
        """The view of the members' cluster."""
        # Here: Hazelcast's client takes its time to import, and a run without these servers needs none.
        from harness.servers.hazelcast.view import HazelcastView

        return HazelcastView(nodes, deciding(dict(self.settings)))


def hazelcast(
    count: int = 3,
    *,
    zoned: bool = False,
    stored: bool = False,
    settings: Mapping[str, str] | None = None,
    version: str = "",
    cluster: str = CLUSTER_NAME,
    clock: bool = False,
    names: Sequence[str] = (),
) -> Hazelcast:
    """`count` members of one cluster, whose maps and queues have one backup unless their name says otherwise.

    Args:
        count: how many.
        zoned: whether the first half and the second half are a partition group each, so that a backup is always in the
            other one.
        stored: whether maps of certain names write to the PostgreSQL node and are loaded from it; needs `postgres()`.
        settings: system properties, such as {"hazelcast.shutdownhook.policy": "TERMINATE"}, in place of the harness'
            own.
        version: the release, such as "5.6.0"; by default what `--release` says, or the harness' own. Without a store.
        cluster: the name of the cluster, which clients have to give.
        clock: whether each has a wall clock of its own, which can be wrong.
        names: more host names by which clients find the members, in turn.

    Raises:
        BadInputError: fewer than one, settings that are no text, or a release whose jars are not locked.
    """
    if version:
        if stored:
            raise BadInputError(f"hazelcast(stored=True, version={version!r}): with a store there is one release")
        HAZELCAST.release(version)
    own = settings_of(settings, "hazelcast")
    return Hazelcast(at_least(1, count, "hazelcast"), zoned, stored, own, version, cluster, clock, tuple(names))
