"""Kafka as a kind of server: so many brokers, by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.backends.protocol import Node
from harness.clusters import Console, Servers, Target
from harness.servers.kafka.recipe import KAFKA
from harness.servers.kafka.spec import PORT, brokers, found, topics_of_their_own
from harness.servers.kafka.timings import detectors
from harness.topology.given import Given
from harness.topology.nodes import NodeSpec, called
from harness.topology.settings import Settings, at_least, disk_of, settings_of
from harness.topology.timings import Timings

if TYPE_CHECKING:
    from harness.servers.kafka.view import KafkaView

#: What a broker has on its disk before anybody has sent anything is a few megabytes; a log has to have room beside it.
_LEAST_MB = 16


@dataclass(frozen=True)
class Kafka(Servers["KafkaView"]):
    """A cluster of `count` Kafka brokers, with broker properties of somebody's own in force last.

    `given` are brokers that run already, in place of those that would be started.
    """

    count: int
    settings: Settings = ()
    disk_mb: int | None = None
    clock: bool = False
    version: str = ""
    upgrades: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()

    @property
    def words(self) -> str:
        """The brokers in words: how many there are, of which release, and what each has for itself."""
        own = " with settings of their own" if self.settings else ""
        disks = f" on disks of {self.disk_mb} MB" if self.disk_mb else ""
        clocks = " with clocks of their own" if self.clock else ""
        release = f" {self.version}" if self.version else ""
        found = " that run already" if self.given else ""
        return f"{self.count} Kafka{release} broker{'s' * (self.count != 1)}{own}{disks}{clocks}{found}"

    @property
    def targets(self) -> Mapping[str, tuple[Target, str]]:
        """A target that picks the active controller."""
        # Here, as targets ask for `clusters[Kafka]`.
        from harness.servers.kafka.targets import controller

        return {"controller": (controller, "Kafka's active controller")}

    def in_release(self, versions: Mapping[str, str]) -> Kafka:
        """The brokers in the release that stands by `kafka`, unless they name one."""
        return self if self.version else replace(self, version=versions.get(KAFKA.name, ""))

    def detectors(self, timings: Timings) -> Mapping[str, str]:
        """The settings that bound how long the loss of a node goes unnoticed."""
        return detectors(timings, dict(self.settings))

    def console(self, nodes: Sequence[Node]) -> Console:
        """The Kafka UI of kafbat. The newest: it measures nothing, and an older one may not know our servers."""
        brokers = ",".join(f"{node.address}:{PORT}" for node in nodes)
        environment = {"KAFKA_CLUSTERS_0_NAME": "harness", "KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS": brokers}
        return Console("Kafka UI", "ui-kafka", "kafbat/kafka-ui:latest", 8080, environment)

    def nodes(self, timings: Timings) -> tuple[NodeSpec, ...]:
        """The brokers' node specs."""
        if self.given:
            return found(self.given)
        kind = KAFKA.release(self.version) if self.version else KAFKA
        made = brokers(self.count, timings=timings, settings=dict(self.settings), kind=kind)
        upgrades = tuple(map(KAFKA.release, self.upgrades))
        made = tuple(replace(spec, disk_mb=self.disk_mb, clock=self.clock, upgrades=upgrades) for spec in made)
        return called(made, self.names)

    def view(self, nodes: Sequence[Node]) -> KafkaView:
        """The view of the brokers' cluster."""
        # Here: Kafka's client takes its time to import, and a run without these servers needs none.
        from harness.servers.kafka.view import KafkaView

        return KafkaView(nodes, topics_of_their_own(self.count, dict(self.settings)) if self.given else {})


def kafka(
    count: int = 3,
    *,
    settings: Mapping[str, str] | None = None,
    disk_mb: int | None = None,
    clock: bool = False,
    version: str = "",
    upgrades: Sequence[str] = (),
    names: Sequence[str] = (),
) -> Kafka:
    """`count` combined brokers and controllers (KRaft), replicated so that one of three may die.

    Args:
        count: how many.
        settings: broker properties, such as {"min.insync.replicas": "1"}, in place of the harness' own.
        disk_mb: the size of a disk that each has for itself, in megabytes; by default they share the machine's.
        clock: whether each has a wall clock of its own, which can be wrong.
        version: the release, such as "4.2.1"; by default what `--release` says, or the harness' own.
        upgrades: the releases that brokers may be upgraded to.
        names: more host names by which clients find the brokers, in turn.

    Raises:
        BadInputError: fewer than one, settings that are no text, a disk too small to start on, or a release whose jars
            are not locked.
    """
    # What releases there are, is read from files: for the many systems that name none nobody has to know it.
    for release in filter(None, (version, *upgrades)):
        KAFKA.release(release)
    disk = disk_of(_LEAST_MB, disk_mb, "kafka")
    own = settings_of(settings, "kafka")
    return Kafka(at_least(1, count, "kafka"), own, disk, clock, version, tuple(upgrades), tuple(names))
