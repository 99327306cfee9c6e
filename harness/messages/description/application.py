"""Somebody's own services by value, as a file describes them: they stand in for ours in the scenarios of this suite."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.checkers import Anomaly
from harness.clusters import Clusters, Servers
from harness.declared import About, Application, Declared, Need, StandIn
from harness.errors import LeftOutError
from harness.given.clusters import GivenClusters
from harness.given.offer import GivenCluster
from harness.messages.application import SEED, Messages
from harness.messages.description import launching, running
from harness.messages.description.decoding import decode
from harness.messages.description.endings import Endings, uncaught
from harness.messages.description.kinds import Kinds, kinds
from harness.messages.description.lacking import delivers, enough, lacks, shows_logging, unmet
from harness.messages.description.model import Description
from harness.messages.description.summary import parts, unseen
from harness.messages.forensics.endings import UNCAUGHT
from harness.messages.namespace import Namespace
from harness.messages.promised import PROMISES, Promised
from harness.messages.settings import DeclaredSettings, Settings, on_kafka, with_own
from harness.messages.speaking.speech import Speech
from harness.messages.system import MessageSystem
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.kafka.kind import Kafka
from harness.system import Basis, Cast, Instances
from harness.topology.nodes import NodeSpec
from harness.topology.timings import VENDOR, Timings

_OF_THE_TOPIC = "kafka.topic."


@dataclass(frozen=True)
class Described(Application):
    """The services that a file describes.

    Attributes:
        description: what the file says.
        kinds: how their nodes are provisioned.
        consumers: whether the messages instances run from the beginning.
    """

    description: Description
    kinds: Kinds
    consumers: bool = True

    @property
    def name(self) -> str:
        """The name that the file gives them."""
        return self.description.name

    @property
    def servers(self) -> tuple[Servers[Any], ...]:
        """The servers that the file names."""
        return launching.servers(self.description, self.kinds.servers)

    def assert_fits(self, servers: Sequence[Servers[Any]]) -> None:
        """Checks nothing: `OwnSystem` has chosen the servers."""

    def settings(self, servers: Sequence[Servers[Any]]) -> Mapping[str, str]:
        """The settings of the topic, which the harness makes, and those that the file says of the clients."""
        brokers = next((each for each in servers if isinstance(each, Kafka)), None)
        topic: Mapping[str, str] = {}
        # Who has made a topic on brokers that run already is not known, nor how.
        if brokers and self._topic and not brokers.given:
            known = on_kafka(brokers.count, dict(brokers.settings), from_beginning=False)
            topic = {name: value for name, value in known.items() if name.startswith(_OF_THE_TOPIC)}
        return with_own(topic, self.description.settings)

    @property
    def _topic(self) -> bool:
        queue = self.description.queue
        return queue is not None and queue.kind == "kafka"

    def cast(self, scenario: str, servers: Sequence[Servers[Any]], timings: Timings) -> DescribedCast:
        """The services for one scenario."""
        members = sum(each.count for each in servers if isinstance(each, Hazelcast))
        brokers = sum(each.count for each in servers if isinstance(each, Kafka))
        return DescribedCast(
            id=scenario,
            specs=launching.specs(self.description, self.kinds, members=members, brokers=brokers),
            application=self,
            declared=DeclaredSettings(tuple(self.settings(servers).items())),
        )


@dataclass(frozen=True, kw_only=True)
class DescribedCast(Cast):
    """The services of one scenario. Their names in the servers are their own, so these are emptied before."""

    application: Described
    declared: DeclaredSettings

    @property
    def initial(self) -> Sequence[NodeSpec]:
        """The services that run from the beginning: no messages instances where the scenario starts those itself."""
        return [spec for spec in self.specs if self.application.consumers or spec.role != "messages"]

    def prepared(self, clusters: Clusters) -> DescribedCast:
        """Empties the servers, and makes the topic; leaves what runs already as it is."""
        if self.application.description.runs_already:
            return self
        clusters.wipe()
        queue = self.application.description.queue
        if queue and queue.kind == "kafka":
            clusters[Kafka].create_topic(queue.name, partitions=queue.partitions)
        return self

    def system(self, basis: Basis) -> DescribedSystem:
        """The running system, which has recorded what it promises, and the settings that it works with."""
        description = self.application.description
        system = DescribedSystem(basis, self, _names(self.id, description), Speech.of(description))
        basis.history.event(SEED, {"texts": basis.seed})
        basis.history.event(PROMISES, _promised(description).value)
        system.note_settings(consumers=False)
        system.note_owners()
        if self.application.consumers:
            system.note_settings(consumers=True)
        return system


class DescribedSystem(MessageSystem):
    """The running system that a file describes."""

    def __init__(self, basis: Basis, cast: DescribedCast, namespace: Namespace, speech: Speech) -> None:
        again = {role for role, service in cast.application.description.services.items() if service.restart}
        restarted = [spec.name for spec in cast.specs if spec.role in again]
        self._endings = Endings(basis.deployment, basis.history, restarted)
        super().__init__(basis, cast, namespace, cast.declared, speech)
        self.at_end(self._endings.close)
        self._endings.watch([spec.name for spec in cast.initial])

    def instances(self, role: str, *, started: Callable[[], object] | None = None) -> Instances:
        """All instances of one service role; that a scenario ends one in order is no end by itself."""
        return Instances(role, self.specs, self.deployment, self.step, started, self._endings)

    def await_forgotten(self, names: Collection[str]) -> None:
        """Waits for nobody: a config service of somebody's own need not tell who is live, nor as ours does."""

    def note_evidence(self, anomalies: Sequence[Anomaly]) -> None:
        """Records what services logged of the messages of these anomalies, and which of their threads have ended."""
        nodes = [self.deployment.nodes[spec.name] for spec in self.specs if spec.name in self.deployment.nodes]
        if ended := [each for node in nodes for each in uncaught(node.spec, node.logs())]:
            self.history.event(UNCAUGHT, ended)
        super().note_evidence(anomalies)

    def clients_settings(self, roles: Collection[str]) -> Mapping[str, Callable[[], Settings]]:
        """What the file says of its clients' settings: there is nobody to ask."""
        said = self._declared.of(consumers="messages" in roles).items()
        own = {name: value for name, value in said if not name.startswith(_OF_THE_TOPIC)}
        return {"the system's file": lambda: own}


@dataclass(frozen=True)
class _Names(Namespace):
    """The names that a system has by its own settings, in every scenario."""

    name: str = ""
    consumers: str = ""

    @property
    def has_queue(self) -> bool:
        return bool(self.name)

    @property
    def topic(self) -> str:
        return self.name

    @property
    def group(self) -> str:
        return self.consumers

    @property
    def map(self) -> str:
        return ""

    @property
    def queue_name(self) -> str:
        return self.name


def _names(scenario: str, description: Description) -> Namespace:
    queue = description.queue
    return _Names(scenario, queue.kind, name=queue.name, consumers=queue.group or "") if queue else _Names(scenario)


def _promised(description: Description) -> Promised:
    get, promises, answer = description.get, description.promises, description.post.answer
    in_order = (description.queue is not None and description.queue.kind == "hazelcast") or "offset" in answer
    named = get.messages is not None and get.messages.source is not None
    all_named = named and (get.logging is None or get.logging.source is not None)
    return Promised(
        exactly_once=promises.exactly_once,
        order=promises.order and in_order and (named or description.read.messages is not None),
        commits="messages.commits" in description.settings and "partition" in answer,
        named=all_named,
        aggregates=get.messages is not None if delivers(description) else shows_logging(description),
        keeps=get.effect == "none",
        delivers=delivers(description),
        alone=not description.runs_already,
    )


@dataclass(frozen=True)
class OwnSystem(StandIn):
    """The system of somebody's own that a file describes.

    Attributes:
        description: what the file says.
        kinds: how the nodes of its services are provisioned.
        clusters: its servers that run already.
    """

    description: Description
    kinds: Kinds
    clusters: tuple[GivenCluster, ...] = ()

    @property
    def about(self) -> About:
        """The system in words, as `harness check` describes it."""
        return About(
            self.description.name,
            parts(self.description),
            tuple(_promised(self.description).not_promised),
            tuple(unseen(self.description)),
        )

    @property
    def digest(self) -> str:
        """A hash of the description, and of how its services are provisioned, which names the content of the code."""
        return hashlib.sha256(repr((self.description, self.kinds, self._found)).encode()).hexdigest()[:16]

    @property
    def servers(self) -> tuple[Servers[Any], ...]:
        """The servers that the file names."""
        return self._found or launching.servers(self.description, self.kinds.servers)

    @property
    def _found(self) -> tuple[Servers[Any], ...]:
        return tuple(cluster.servers for cluster in self.clusters)

    @property
    def declared(self) -> Declared:
        """The whole of it, for no scenario."""
        return Declared(self.servers, Described(self.description, self.kinds))

    def in_place_of(self, declared: Declared, needs: Collection[Need], subject: Collection[str]) -> Declared:
        """Gives this system as a scenario gets it: with the servers that the scenario names, if it names any.

        Its servers alone, if they run already, to a scenario that has no services.
        """
        application = declared.application
        if application is None and self.clusters:
            return GivenClusters(self.clusters).in_place_of(declared, needs, subject)
        if not isinstance(application, Messages):
            raise LeftOutError("it is about servers alone, without services")
        own = self.servers
        usual = application.servers
        demanded = [each for each in declared.servers if each not in usual or type(each).__name__ in subject]
        missing = [*lacks(self.description, own, demanded, application, needs), *unmet(self.description, needs)]
        if missing:
            raise LeftOutError(f"it needs {missing[0]}")
        meant = {type(each): self._meant(each, as_many=enough(each, needs) is not None) for each in demanded}
        servers = tuple(meant.get(type(each), each) for each in own)
        if gone := launching.without(self.description, servers):
            raise LeftOutError(f"it is about fewer servers than the file has, and the services refer to {gone}")
        return Declared(servers, Described(self.description, self.kinds, application.consumers))

    def _meant(self, wanted: Servers[Any], *, as_many: bool) -> Servers[Any]:
        """The servers that a scenario is about, as it gets them.

        Args:
            wanted: as the scenario is written for them.
            as_many: whether there are as many as of somebody's own, whatever the scenario is written for.

        Raises:
            LeftOutError: they run already, and are not what it needs.
        """
        (own,) = (each for each in self.servers if type(each) is type(wanted))
        if not (isinstance(wanted, Kafka | Hazelcast) and isinstance(own, Kafka | Hazelcast)):
            return wanted
        wanted = replace(wanted, count=own.count) if as_many else wanted
        fitting = [each.fitting(wanted, alone=False) for each in self.clusters if type(each.servers) is type(wanted)]
        return fitting[0] if fitting else _like(wanted, own)


def _like(wanted: Kafka | Hazelcast, own: Kafka | Hazelcast) -> Servers[Any]:
    """The wanted servers, set as somebody's own are where the scenario says nothing else."""
    settings = tuple(sorted({**dict(own.settings), **dict(wanted.settings)}.items()))
    if isinstance(wanted, Hazelcast) and isinstance(own, Hazelcast):
        return replace(wanted, settings=settings, cluster=own.cluster, names=own.names)
    return replace(wanted, settings=settings, names=own.names)


def read(file: Path, folder: Path | None = None, *, trusted: bool = True, timings: Timings = VENDOR) -> OwnSystem:
    """The system that a file describes.

    Args:
        file: the file.
        folder: in which the checkout is, if not in that of the file.
        trusted: whether its code may run while it is installed, and without limits.
        timings: those of the run; by default the longest, for who breaks nothing.

    Raises:
        BadInputError: the file, or the folder with the code, can't be used; or what runs already does not, or is
            slower to notice a loss than those timings allow for.
    """
    folder = folder or file.parent
    description = decode(file, folder)
    found = kinds(description, folder, trusted=trusted)
    running.refuse_silent(description)
    return OwnSystem(description, found, running.clusters(description, folder, timings))
