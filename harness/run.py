"""One run of the harness: who owns it, where it runs, what it leaves in reports/; without pytest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypedDict, Unpack

from harness.backends.protocol import BACKENDS, Backend, Deployment, Node
from harness.backends.session import Session
from harness.backends.sweep import sweep
from harness.backends.watchdog import start_watchdog
from harness.clusters import Clusters
from harness.errors import BadInputError
from harness.history import History
from harness.messages.services import Epoch, QueueKind, services
from harness.messages.system import System
from harness.pool import Pool
from harness.progress import Say, Step
from harness.provision.kinds import found
from harness.servers.hazelcast.spec import hazelcast
from harness.servers.kafka.spec import kafka
from harness.servers.postgres.spec import postgres
from harness.targets import Target
from harness.topology.kinds import NodeKind
from harness.topology.nodes import NodeSpec, Topology, kinds_of
from harness.topology.timings import FAST, PROFILES, Timings
from harness.waiting import until

#: So many that nearly every partition is the one of some name.
_QUEUE_NAMES = 1000
_OWNING_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Options:
    """What a person can choose.

    Raises:
        BadInputError: on a value that is not among the possible ones.
    """

    backend: str = "auto"
    timings: str = "fast"
    reports: Path = Path("reports")
    images: Mapping[str, str] = field(default_factory=dict)
    trace_http: bool = False
    attach: bool = False

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise BadInputError(f"--backend {self.backend!r} is unknown; choose one of {', '.join(BACKENDS)}")
        if self.timings not in PROFILES:
            raise BadInputError(f"--timings {self.timings!r} is unknown; choose one of {', '.join(PROFILES)}")
        if self.images and self.backend == "process":
            raise BadInputError("images were given, but --backend process runs none; use --backend docker")
        if unknown := sorted(self.images.keys() - found().keys()):
            raise BadInputError(f"--image: the kind {unknown[0]!r} is unknown; choose one of {', '.join(found())}")

    @property
    def profile(self) -> Timings:
        """The chosen failure-detector settings."""
        return PROFILES[self.timings]


def images_by_kind(given: Iterable[str]) -> Mapping[str, str]:
    """What `--image KIND=IMAGE` says, each time that it is given.

    Raises:
        BadInputError: it says something else.
    """
    parts = [text.partition("=") for text in given]
    for kind, equals, image in parts:
        if not (kind and image):
            raise BadInputError(f"--image {kind + equals + image!r} is not KIND=IMAGE; kinds are {', '.join(found())}")
    return {kind: image for kind, _, image in parts}


class Shaping(TypedDict, total=False):
    """The fields of `Shape` as `pytest.mark.system` gives them."""

    queue: QueueKind
    backups: bool
    consumers: bool
    replay: bool
    running: bool
    members: int
    zoned: bool
    stored: bool
    brokers: int
    mutants: Mapping[str, str] | None


@dataclass(frozen=True)
class Shape:
    """What the whole system is made of in an epoch.

    Attributes:
        queue: which server carries the messages.
        backups: whether the epoch's map and Hazelcast queue have a backup.
        consumers: whether the messages instances run from the beginning; `system.messages.start()` starts them.
        replay: whether a messages instance reads its Kafka partitions from the beginning whenever it gets them.
        running: whether the services are started at all; an experiment with the servers alone needs none.
        members: how many Hazelcast members there are.
        zoned: whether they are two partition groups, half of them each.
        stored: whether there is a PostgreSQL server as well, for maps that write to it.
        brokers: how many Kafka brokers there are; the services need some unless Hazelcast carries the messages.
        mutants: by role, the module of `services.mutants` to run in place of the service.
    """

    queue: QueueKind = "kafka"
    backups: bool = True
    consumers: bool = True
    replay: bool = False
    running: bool = True
    members: int = 3
    zoned: bool = False
    stored: bool = False
    brokers: int = 3
    mutants: Mapping[str, str] | None = None

    @property
    def kinds(self) -> frozenset[NodeKind]:
        """Of all its nodes."""
        return whole(FAST, self).kinds | (kinds_of(services(Epoch("none"))) if self.running else frozenset())

    def of_the_beginning(self, services: Sequence[NodeSpec]) -> Sequence[NodeSpec]:
        """Those of the services that run from the beginning."""
        return [spec for spec in services if self.running and (self.consumers or spec.role != "messages")]


@dataclass(frozen=True)
class Attached:
    """A system that is up already, to work in; it is somebody else's and stays up.

    Attributes:
        backend: where it runs; it makes nothing else.
        deployment: its nodes.
        ready: the epoch and the services that its owner has ready for a system of this shape, or None.
        follow: tells its owner in which epoch, and with which services, the run works now.
    """

    backend: Backend
    deployment: Deployment
    ready: Callable[[Shape], tuple[Epoch, Sequence[NodeSpec]] | None]
    follow: Callable[[Epoch, Sequence[NodeSpec]], None]

    def shaped(self, wanted: Shape) -> Shape:
        """What a scenario asks for, with the brokers there are if it needs none: they stay."""
        return replace(wanted, brokers=wanted.brokers or len(self.deployment.topology.role("kafka")))

    def assert_is(self, topology: Topology) -> None:
        """Checks that these are the servers that a scenario needs.

        Raises:
            BadInputError: they are others.
        """
        if topology != self.deployment.topology:
            raise BadInputError(
                f"--attach: the running system is {self.deployment.topology.name}, and this scenario needs "
                f"{topology.name}: run it without --attach"
            )


class Run:
    """A context manager: leaving it removes everything that the run made, and its watchdog does if it can't."""

    def __init__(
        self, options: Options, say: Say, *, attached: Attached | None = None, kinds: Collection[NodeKind] = ()
    ) -> None:
        """What nodes of `kinds` need is got at once; what others do when a system has some."""
        self.options = options
        self._attached = attached
        self._kinds = kinds
        self.session = Session.of_this_process()
        self._say = say
        self._resources = ExitStack()
        self._epochs = 0
        self.backend: Backend
        self._pool: Pool

    def __enter__(self) -> Run:
        forming_s = 3 * self.options.profile.detection_s
        if self._attached:
            # Nothing is made here, so there is nothing to sweep or to watch over.
            self.backend = self._attached.backend
            self._pool = self._resources.enter_context(Pool(self.backend, self._say, forming_timeout_s=forming_s))
            self._pool.adopt(self._attached.deployment)
            return self
        sweep(self._say)
        self._resources.callback(start_watchdog(self.session).close)
        try:
            self.backend = prepared_backend(self.options, self.session, self._kinds, self._say)
            self._pool = self._resources.enter_context(Pool(self.backend, self._say, forming_timeout_s=forming_s))
        except BaseException:
            self._resources.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._resources.close()

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Every node there is now, by name."""
        return self._pool.nodes

    def system(
        self, history: History, narrate: Step, *, queue_owner: Target | None = None, **shape: Unpack[Shaping]
    ) -> System:
        """The whole system, healed, in an epoch of its own.

        Args:
            history: what the system's clients write.
            narrate: shows the steps.
            queue_owner: the Hazelcast member that has to own the queue's partition; any, if not given.
            shape: see `Shape`.
        """
        wanted = self._attached.shaped(Shape(**shape)) if self._attached else Shape(**shape)
        trace = self._say if self.options.trace_http else None
        if self._attached and not queue_owner and (ready := self._attached.ready(wanted)):
            deployment, clusters = self._pool.as_they_are(self._attached.deployment)
            return System(deployment, clusters, *ready, history, narrate, self.options.profile, trace=trace)
        topology = whole(self.options.profile, wanted)
        if self._attached:
            self._attached.assert_is(topology)
        self._epochs += 1
        epoch = Epoch(f"{self.session.id}-{self._epochs}", wanted.queue, backups=wanted.backups, replay=wanted.replay)
        specs = self._services(epoch, wanted)
        if queue_owner:
            # Which names the member owns can't be asked before: whatever is told the name has to wait.
            renamed = self._services(replace(epoch, hazelcast_queue="told-later"), wanted)
            specs = [spec for spec in specs if spec in renamed]

        def once_formed(clusters: Clusters) -> Sequence[NodeSpec]:
            nonlocal epoch, specs
            if wanted.queue == "kafka" and wanted.running:
                clusters.kafka.create_topic(epoch.topic)
            if not queue_owner:
                return ()
            epoch = replace(epoch, hazelcast_queue=queue_owned_by(queue_owner, clusters, epoch))
            before, specs = specs, self._services(epoch, wanted)
            return wanted.of_the_beginning([spec for spec in specs if spec not in before])

        deployment, clusters = self._pool.clusters(topology, wanted.of_the_beginning(specs), once_formed=once_formed)
        if self._attached:
            self._attached.follow(epoch, specs)
        return System(deployment, clusters, epoch, specs, history, narrate, self.options.profile, trace=trace)

    def _services(self, epoch: Epoch, wanted: Shape) -> Sequence[NodeSpec]:
        return services(epoch, timings=self.options.profile, mutants=wanted.mutants)


def prepared_backend(options: Options, session: Session, kinds: Collection[NodeKind], say: Say) -> Backend:
    """The backend that was asked for, ready for nodes of these kinds.

    For "auto" it is processes, too, where an engine answers that can have no images.

    Raises:
        EnvironmentUnfitError: it can't be made ready.
    """
    # Imported late, as below.
    from harness.provision.base_image import NoBaseError

    backend = choose_backend(options, session, say)
    try:
        backend.prepare(kinds, say)
    except NoBaseError as error:
        if options.backend != "auto" or options.images:
            raise
        say(f"backend: process, because the engine has no images: {error}")
        return prepared_backend(replace(options, backend="process"), session, kinds, say)
    return backend


def choose_backend(options: Options, session: Session, say: Say) -> Backend:
    """The backend that was asked for; for "auto" Docker where an engine answers, else processes, said with the why."""
    # Imported late: a run that is attached to a running system needs neither, and half a second counts there.
    from harness.backends.docker import DockerBackend
    from harness.backends.process import ProcessBackend

    if options.backend == "process":
        return ProcessBackend(session)
    missing = DockerBackend.available()
    if options.backend == "docker" or missing is None:
        if options.backend == "auto":
            say("backend: docker, because an engine answers (--backend process runs without one)")
        return DockerBackend(session, images=options.images)
    say(f"backend: process, because {missing}")
    return ProcessBackend(session)


def queue_owned_by(target: Target, clusters: Clusters, epoch: Epoch) -> str:
    """A queue name whose partition the target's member owns; every third name does, with three members.

    Raises:
        AwaitTimeoutError: it owns none, also some seconds later: one that has just come back is given its share then.
    """
    owner = target(clusters).nodes[0].spec.name
    view = clusters.hazelcast
    names = {view.partition_of(name): name for name in (f"{epoch.queue_name}-{n}" for n in range(_QUEUE_NAMES))}

    def owned() -> str:
        owners = view.owners_of(names)
        return next((name for partition, name in names.items() if owners[partition].spec.name == owner), "")

    return until(f"{owner} to own a partition", owned, timeout_s=_OWNING_TIMEOUT_S)


def whole(timings: Timings, shape: Shape) -> Topology:
    """The servers of the whole system: Hazelcast members and Kafka brokers; services come per epoch."""
    members, zoned, stored, brokers = shape.members, shape.zoned, shape.stored, shape.brokers
    kinds = f"{members} Hazelcast members{' in two zones' if zoned else ''}{' with PostgreSQL' if stored else ''}"
    servers = (
        *hazelcast(members, timings=timings, zoned=zoned, stored=stored),
        *(kafka(brokers, timings=timings) if brokers else ()),
        *((postgres(),) if stored else ()),
    )
    usual = (members, zoned, stored, brokers) == (3, False, False, 3)
    return Topology("the whole system" if usual else f"{kinds}, {brokers} Kafka brokers", servers)
