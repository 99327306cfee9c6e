"""The suite's application by value: facade, logging and messages services beside their servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from harness.clusters import Clusters, Servers
from harness.declared import Application
from harness.errors import BadInputError
from harness.messages import own
from harness.messages.namespace import Namespace, QueueKind, QueueOfScenario
from harness.messages.services import services
from harness.messages.settings import DeclaredSettings, on_hazelcast, on_kafka, refuse_others, with_own
from harness.messages.system import MessageSystem
from harness.servers.hazelcast.kind import Hazelcast, hazelcast
from harness.servers.hazelcast.spec import deciding
from harness.servers.kafka.kind import Kafka, kafka
from harness.system import Basis, Cast
from harness.targets import Target
from harness.topology.nodes import NodeSpec
from harness.topology.settings import Settings, settings_of
from harness.topology.timings import Timings
from harness.waiting import until

#: So many that nearly every partition is the one of some name.
_QUEUE_NAMES = 1000
_OWNING_TIMEOUT_S = 30.0
#: The name of the event that says of which seed the texts of a history's posts are.
SEED = "seed"
#: The roles whose services can be slowed down in the middle of their work.
WORKING = {"facade", "logging", "messages"}


@dataclass(frozen=True)
class Messages(Application):
    """The application that `messages` gives."""

    queue: QueueOfScenario = "kafka"
    queue_owner: Target | None = None
    backups: bool = True
    consumers: bool = True
    replay: bool = False
    mutants: Settings = ()
    work_s: Settings = ()
    own: Settings = ()

    @property
    def carrier(self) -> QueueKind:
        """The server that carries the messages of our own services."""
        return "kafka" if self.queue == "any" else self.queue

    @property
    def name(self) -> str:
        """The name of the services together."""
        return "The services"

    @property
    def servers(self) -> tuple[Servers[Any], ...]:
        """The servers where a scenario names none: three Hazelcast members and three Kafka brokers."""
        return (hazelcast(), kafka())

    def assert_fits(self, servers: Sequence[Servers[Any]]) -> None:
        """Checks that there are members, and brokers if they carry the messages."""
        counts = _counts(servers)
        if not counts.members:
            raise BadInputError("messages(...) needs hazelcast() in the same system: logging keeps its map there")
        if self.carrier == "kafka" and not counts.brokers:
            raise BadInputError('messages(queue="kafka") needs kafka() in the same system')

    def cast(self, scenario: str, servers: Sequence[Servers[Any]], timings: Timings) -> MessagesCast:
        """The services for one scenario."""
        namespace = Namespace(scenario, self.carrier, backups=self.backups, replay=self.replay)
        return self.under(namespace, _counts(servers), timings, DeclaredSettings(tuple(self.settings(servers).items())))

    def settings(self, servers: Sequence[Servers[Any]]) -> Mapping[str, str]:
        """The settings that decide what may be lost, as they are by what is declared."""
        counts = _counts(servers)
        members = next((each.settings for each in servers if isinstance(each, Hazelcast)), ())
        settings = {**deciding(dict(members)), **on_hazelcast("map", counts.members, backups=self.backups)}
        if self.carrier == "hazelcast":
            for structure in ("queue", "claims"):
                settings |= on_hazelcast(structure, counts.members, backups=self.backups)
            settings["messages.from_beginning"] = "false"
        else:
            brokers = next((each.settings for each in servers if isinstance(each, Kafka)), ())
            settings |= on_kafka(counts.brokers, dict(brokers), from_beginning=self.replay)
        return with_own(settings, dict(self.own))

    def under(self, names: Namespace, counts: Counts, timings: Timings, declared: DeclaredSettings) -> MessagesCast:
        """The services under these names."""
        specs = services(
            names,
            members=counts.members,
            brokers=counts.brokers,
            cluster=counts.cluster,
            timings=timings,
            mutants=dict(self.mutants),
            work_s=dict(self.work_s),
            settings=dict(self.own),
        )
        return MessagesCast(
            id=names.id,
            specs=specs,
            application=self,
            namespace=names,
            counts=counts,
            timings=timings,
            declared=declared,
        )


@dataclass(frozen=True)
class Counts:
    """The numbers of members and brokers that the services are told of, and the name of the members' cluster."""

    members: int
    brokers: int
    cluster: str


def _counts(servers: Sequence[Servers[Any]]) -> Counts:
    members = next((each for each in servers if isinstance(each, Hazelcast)), Hazelcast(0))
    brokers = next((each.count for each in servers if isinstance(each, Kafka)), 0)
    return Counts(members.count, brokers, members.cluster)


@dataclass(frozen=True, kw_only=True)
class MessagesCast(Cast):
    """The services of one scenario, under its names."""

    application: Messages
    namespace: Namespace
    counts: Counts
    timings: Timings
    declared: DeclaredSettings

    @property
    def initial(self) -> Sequence[NodeSpec]:
        """The services that run from the beginning: no messages instances where the scenario starts those itself."""
        return [spec for spec in self.specs if self.application.consumers or spec.role != "messages"]

    def prepared(self, clusters: Clusters) -> MessagesCast:
        """Makes the topic, or finds a name for a queue whose partition the member owns that has to own it."""
        names, owner = self.namespace, self.application.queue_owner
        if names.queue == "kafka":
            clusters[Kafka].create_topic(names.topic)
        if owner is None:
            return self
        placed = replace(names, hazelcast_queue=queue_owned_by(owner, clusters, names))
        # Who has to own it is decided; a function of the scenario's may be none that another process can be sent.
        return replace(self.application, queue_owner=None).under(placed, self.counts, self.timings, self.declared)

    def system(self, basis: Basis) -> MessageSystem:
        """The running system, which has recorded the settings that it works with."""
        system = MessageSystem(basis, self, self.namespace, self.declared, own.speech())
        basis.history.event(SEED, {"texts": basis.seed})
        system.note_settings(consumers=False)
        system.note_owners()
        if self.application.consumers:
            system.note_settings(consumers=True)
        return system


def queue_owned_by(target: Target, clusters: Clusters, names: Namespace) -> str:
    """A queue name whose partition the target's member owns; every third name does, with three members.

    Of several the one with the highest partition. A member that comes back is given the lowest ones of each of the rest
    (`PartitionStateGeneratorImpl.selectToGroupPartitions`), so this one stays with who has it then.

    Raises:
        AwaitTimeoutError: it owns none, also some seconds later: one that has just come back is given its share then.
    """
    owner = target(clusters).nodes[0].spec.name
    view = clusters[Hazelcast]
    by_partition = {view.partition_of(name): name for name in (f"{names.queue_name}-{n}" for n in range(_QUEUE_NAMES))}

    def owned() -> str:
        owners = view.owners_of(by_partition)
        highest = max((partition for partition, node in owners.items() if node.spec.name == owner), default=None)
        return "" if highest is None else by_partition[highest]

    return until(f"{owner} to own a partition", owned, timeout_s=_OWNING_TIMEOUT_S)


def messages(
    queue: QueueOfScenario = "kafka",
    *,
    queue_owner: Target | None = None,
    backups: bool = True,
    consumers: bool = True,
    replay: bool = False,
    mutants: Mapping[str, str] | None = None,
    work_s: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> Messages:
    """A facade, three logging instances, two messages instances and the config service.

    Args:
        queue: which server carries the messages: "kafka" or "hazelcast"; "any" where the scenario is not about that, so
            that it runs on a system of somebody's own whatever its queue is, and without one.
        queue_owner: the Hazelcast member that has to own the queue's partition; any, if not given.
        backups: whether the scenario's map and Hazelcast queue have a backup.
        consumers: whether the messages instances run from the beginning; `system.messages.start()` starts them.
        replay: whether a messages instance reads its Kafka partitions from the beginning whenever it gets them.
        mutants: by role, the module of `services.mutants` to run in place of the service.
        work_s: by role ("facade", "logging", "messages"), the seconds that a service takes over each message in the
            middle of its work, so that a kill hits it there: between logging and queue, between putting and answering,
            between taking and keeping.
        settings: of the services' clients, such as {"kafka.producer.acks": "1"}, in place of their own.

    Raises:
        BadInputError: there is no such queue, or no such setting or role.
    """
    if queue not in (kinds := get_args(QueueOfScenario)):
        raise BadInputError(f"messages(queue={queue!r}) is unknown; choose one of {', '.join(kinds)}")
    refuse_others(settings or {})
    if unknown := sorted((work_s or {}).keys() - WORKING):
        raise BadInputError(f"messages(work_s=...) has no role {unknown[0]!r}; choose of {', '.join(sorted(WORKING))}")
    given = [settings_of(each, "messages") for each in (mutants, work_s, settings)]
    return Messages(queue, queue_owner, backups, consumers, replay, *given)
