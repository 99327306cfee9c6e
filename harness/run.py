"""A run of the harness: who owns it, where it runs, what it leaves in reports/; without pytest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.backends import engines_journal
from harness.backends.leftovers import remove_noted
from harness.backends.machines import Machine
from harness.backends.protocol import BACKENDS, Backend, Deployment, Node
from harness.backends.session import Session
from harness.backends.sweep import sweep
from harness.backends.watchdog import start_watchdog
from harness.clusters import Clusters
from harness.declared import Declared
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.history import History
from harness.pool import Pool
from harness.progress import Say, Step
from harness.provision.kinds import every_kind, released
from harness.spent import On, spending
from harness.system import Basis, Cast, System
from harness.topology.confinement import Confinement
from harness.topology.given import Given, given_kinds
from harness.topology.kinds import NodeKind
from harness.topology.timings import PROFILES, Timings
from harness.waiting import awaiting


@dataclass(frozen=True)
class Options:
    """The options that a person can choose for a run; `agreed` that it may break what the harness did not start.

    Raises:
        BadInputError: on a value that is not among the possible ones.
    """

    backend: str = "auto"
    timings: str = "fast"
    reports: Path = Path("reports")
    images: Mapping[str, str] = field(default_factory=dict)
    trace_http: bool = False
    attach: bool = False
    seed: int = 0
    releases: Mapping[str, str] = field(default_factory=dict)
    confinement: Confinement | None = None
    agreed: bool = False
    machines: tuple[Machine, ...] = ()

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise BadInputError(f"--backend {self.backend!r} is unknown; choose one of {', '.join(BACKENDS)}")
        if self.timings not in PROFILES:
            raise BadInputError(f"--timings {self.timings!r} is unknown; choose one of {', '.join(PROFILES)}")
        if self.images and self.backend == "process":
            raise BadInputError("images were given, but --backend process runs none; use --backend docker")
        if self.confinement and (self.backend == "process" or self.attach):
            other = "--attach" if self.attach else "--backend process"
            raise BadInputError(f"{other} can't keep anything within limits: leave it out, or leave out --confined")
        if self.machines and (self.backend == "process" or self.attach or self.confinement):
            other = "--attach" if self.attach else "--confined" if self.confinement else "--backend process"
            raise BadInputError(f"{other} and --engines exclude each other: leave one of them out")
        if self.images and (unknown := sorted(self.images.keys() - every_kind().keys())):
            raise BadInputError(f"--image: the kind {unknown[0]!r} is unknown; choose one of {', '.join(every_kind())}")
        released(self.releases)

    @property
    def profile(self) -> Timings:
        """The chosen failure-detector settings."""
        return PROFILES[self.timings]


def by_kind(option: str, what: str, given: Iterable[str]) -> Mapping[str, str]:
    """What an option gives by kind that is said as `KIND=WHAT`, such as `--image KIND=IMAGE`.

    Raises:
        BadInputError: it says something else.
    """
    parts = [text.partition("=") for text in given]
    for kind, equals, value in parts:
        if not (kind and value):
            raise BadInputError(
                f"{option} {kind + equals + value!r} is not KIND={what}; kinds are {', '.join(every_kind())}"
            )
    return {kind: value for kind, _, value in parts}


def seed_of(given: str) -> int:
    """The seed that the option `--seed N` gives.

    Raises:
        BadInputError: it is no whole number from 0 on.
    """
    if not re.fullmatch(r"[0-9]{1,18}", given):
        raise BadInputError(f"--seed {given!r} is no seed; give a whole number of at most 18 digits, such as --seed 7")
    return int(given)


class Run:
    """A context manager: leaving it removes everything that the run made, and its watchdog does if it can't."""

    def __init__(self, options: Options, say: Say, *, kinds: Collection[NodeKind] = ()) -> None:
        """Makes a run that gets at once what nodes of `kinds` need; what others need when a system has some."""
        self.options = options
        self._kinds = kinds
        self.session = Session.of_this_process()
        self._say = say
        self._resources = ExitStack()
        self._systems = 0
        self.backend: Backend
        self._pool: Pool

    def __enter__(self) -> Run:
        sweep(self._say)
        self._resources.callback(start_watchdog(self.session).close)
        if self.options.machines:
            self._resources.callback(self._leave_engines)
        try:
            self.backend = prepared_backend(self.options, self.session, self._kinds, self._say)
            self._pool = self._resources.enter_context(
                Pool(self.backend, self._say, self.options.profile, self.session.id)
            )
        except BaseException:
            self._resources.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._resources.close()

    def _leave_engines(self) -> None:
        """Has the engines of several machines be as they were."""
        remove_noted(self.session.__eq__)
        engines_journal.strike(self.session)

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Every node there is now, by name."""
        return self._pool.nodes

    def system(self, declared: Declared, history: History, step: Step) -> System:
        """A system as declared: healed or made, its services under names of their own.

        Args:
            declared: what it is made of.
            history: what the system's clients write.
            step: shows the steps.
        """
        self._systems += 1
        cast = declared.cast(f"{self.session.id}-{self._systems}", self.options.profile)
        deployment, clusters = self._pool.clusters(declared.servers)
        with spending(On.SERVICES):
            with awaiting("what the services need to be made in the clusters"):
                cast = cast.prepared(clusters)
            deployment.put(cast.initial)
        return self._system(cast, deployment, clusters, history, step)

    def _system(self, cast: Cast, deployment: Deployment, clusters: Clusters, history: History, step: Step) -> System:
        trace = self._say if self.options.trace_http else None
        profile, seed = self.options.profile, self.options.seed
        return cast.system(Basis(cast.id, deployment, clusters, history, step, profile, trace, seed))


def prepared_backend(options: Options, session: Session, kinds: Collection[NodeKind], say: Say) -> Backend:
    """The backend that was asked for, ready for nodes of these kinds.

    For "auto" it is processes, too, where an engine answers that can have no images.

    Raises:
        EnvironmentUnfitError: it can't be made ready.
    """
    # Imported late, as below.
    from harness.provision.base_image import NoBaseError

    if given := given_kinds(kinds):
        return _beside_given(given, options, session, kinds, say)
    backend = choose_backend(options, session, say)
    try:
        backend.prepare(kinds, say)
    except NoBaseError as error:
        if options.backend != "auto" or options.images or options.confinement or options.machines:
            raise
        say(f"backend: process, because the engine has no images: {error}")
        return prepared_backend(replace(options, backend="process"), session, kinds, say)
    return backend


def _beside_given(
    given: Sequence[Given], options: Options, session: Session, kinds: Collection[NodeKind], say: Say
) -> Backend:
    """The backend for nodes that run already, and for the others, if there are some."""
    from harness.backends.given.backend import GivenBackend

    others = [kind for kind in kinds if kind not in given]
    beside = prepared_backend(options, session, others, say) if others else None
    return GivenBackend(session, given, beside, agreed=options.agreed)


def choose_backend(options: Options, session: Session, say: Say) -> Backend:
    """The backend that was asked for; for "auto" Docker where an engine answers, else processes; says why."""
    # Imported late: a run that is attached to a running system needs neither, and half a second counts there.
    from harness.backends.docker import DockerBackend
    from harness.backends.process import ProcessBackend

    if options.backend == "process":
        return ProcessBackend(session)
    if options.machines:
        return DockerBackend(session, images=options.images, machines=options.machines)
    missing = DockerBackend.available()
    if options.backend == "docker" or missing is None:
        if options.backend == "auto":
            say("backend: docker, because an engine answers (--backend process runs without one)")
        return DockerBackend(session, images=options.images, confinement=options.confinement)
    if options.confinement:
        raise EnvironmentUnfitError(f"only containers can be confined, and {missing}")
    say(f"backend: process, because {missing}")
    return ProcessBackend(session)
