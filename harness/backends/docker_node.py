"""One node as a container: made by testcontainers, controlled by the Docker SDK."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

from docker.errors import APIError, NotFound
from testcontainers.core.container import DockerContainer
from testcontainers.core.transferable import build_transfer_tar

from harness.backends import clock, docker_confinement, docker_exec, docker_throttle, engine, listening
from harness.backends.docker_container import container_of
from harness.backends.docker_data import Data
from harness.backends.docker_files import file_in
from harness.backends.docker_freezing import freeze
from harness.backends.docker_helper import Helper
from harness.backends.docker_renewal import NotRenewedError, Vacant, can_be_renewed, of_this_life, vacate
from harness.backends.docker_site import AWAITED, DATA, FOLDER, DockerSite
from harness.backends.docker_starting import means_taken_port, start
from harness.backends.engine import cause, complaining, remove_container
from harness.backends.gone import accepts, await_exit
from harness.backends.impairable import ImpairableNode
from harness.backends.impairing import Network
from harness.backends.impairment import CUT_OFF, Impairment
from harness.backends.interposing import Interposing
from harness.backends.passing import Passing
from harness.backends.protocol import ExecContext, NodeState, Phase, Tried
from harness.backends.ready import wait_ready
from harness.errors import BadInputError, EnvironmentUnfitError, NodeStartError
from harness.topology.kinds import NodeKind
from harness.topology.nodes import NodeSpec, named
from harness.waiting import until

_READY_TIMEOUT_S = 60.0
_GONE_TIMEOUT_S = 10.0
_POLL_S = 0.02
_PHASES = {"running": Phase.RUNNING, "restarting": Phase.RUNNING, "paused": Phase.PAUSED}


class DockerNode(ImpairableNode):
    """A node as a container: implements `harness.backends.protocol.Node`; keeps its addresses over restarts."""

    def __init__(self, spec: NodeSpec, site: DockerSite, *, place: Vacant | None = None) -> None:
        """`place` is where a node of this name was before, if its container is still there."""
        self.spec = spec
        self.kind = spec.kind
        self._site = site
        self._api = site.client.api
        self._place = place
        self._id: str | None = None
        self._data: Data | None = None
        self._last_words: str | None = None
        #: The line of the container's log after which this node's own begins; all is its own if there is none.
        self._mark: str | None = None
        #: Whether it has a limit of processor time, or may have one: noted before it is set.
        self._throttled = False
        #: Whether its disk is filled, or may be; likewise.
        self._filled = False
        #: Whether nothing was done to the container, so that the next node of this name may have it.
        self._untouched = True
        self._made_of = site.images[spec.kind]
        #: The logs of the containers that it had before it became of another kind.
        self._earlier_words = ""
        self._made_with = frozenset(spec.environment)
        #: How long its log was when it was last started.
        self._begins = 0
        self._confinement = site.confinement_of(spec.name)
        self._cpus = self._confinement.cpus if self._confinement else None

    @property
    def address(self) -> str:
        """The node's fixed address in the deployment's network."""
        return self._site.addresses[self.spec.name]

    def endpoint(self, port: str) -> str:
        """The host:port at which a port of the node is published: on the host's loopback, if it is the only one."""
        return self._site.ports.endpoint(self.spec.name, port)

    @property
    def machine(self) -> str:
        """The name of the machine that it is on; empty where there is one only."""
        return self._site.machine.name

    def launch(self) -> None:
        """Creates the container, puts its files in place and starts it, without waiting for it to be ready.

        Where it was given a place that is fit for it, it begins there instead.

        Raises:
            NodeStartError: the engine can't start it.
            PortTakenError: somebody has a host port of it.
        """
        place, self._place = self._place, None
        if place is None or not self._begins_in(place):
            self._create()
            self._impairable().prepare()
            self._let_begin()

    def _begins_in(self, place: Vacant) -> bool:
        """Whether it does; a place where it can't is removed."""
        resolver = self._site.resolver()
        if place.fits(self.spec, self._made_of):
            with contextlib.suppress(NotRenewedError):
                arguments, environment = resolver.arguments(self.spec), resolver.environment(self.spec)
                self._mark = place.begin(self._site.client, arguments, environment)
                self._made_with = place.variables
                self._note_id(place.container)
                return True
        with complaining(f"remove what was {self.spec.name}"):
            remove_container(self._site.client, place.container)
        return False

    def _replace_container(self) -> None:
        """Starts a container of the image of its kind in place of the one that has ended, whose volume it takes."""
        former = self._made()
        with complaining(f"have {self.spec.name} become {self.kind.name}"):
            self._earlier_words += self.logs()
            self._api.rename(former, f"{self._site.name}-{self.spec.name}-former")
            self._create(data_of=former)
            remove_container(self._site.client, former)
        self._made_of = self._site.images[self.kind]

    def _create(self, *, data_of: str | None = None) -> None:
        container = container_of(self.spec, self._site, kind=self.kind, data_of=data_of)
        self._site.ports.release(self.spec.name)
        try:
            container.start()
        except APIError as error:
            if not means_taken_port(error):
                raise NodeStartError(f"{self.spec.name} could not be started: {cause(error)}") from error
            self._note_id(_id_of(container))
            self._start_made()
        finally:
            self._note_id(_id_of(container))
        if self.spec.disk_mb or self._confinement:
            self._stored().keep()

    def state(self) -> NodeState:
        """The state of the container, as the engine tells it."""
        if self._id is None:
            return NodeState(Phase.EXITED, None)
        try:
            with complaining(f"tell the state of {self.spec.name}"):
                seen = self._api.inspect_container(self._id)["State"]
        except EnvironmentUnfitError as error:
            if isinstance(error.__cause__, NotFound):
                return NodeState(Phase.EXITED, None)
            raise
        phase = _PHASES.get(seen["Status"], Phase.EXITED)
        if phase is Phase.EXITED:
            return NodeState(phase, None, seen["ExitCode"] if seen["Status"] == "exited" else None)
        return NodeState(phase, seen["Pid"])

    def kill(self) -> None:
        """Sends SIGKILL to the whole container, paused or not; returns when it is gone and its ports are silent."""
        self._signal("SIGKILL")
        self._await_exit("SIGKILL", _GONE_TIMEOUT_S)

    def stop(self) -> None:
        """Sends SIGTERM to the container's main process, as `docker stop` does, but never SIGKILL after it."""
        self._signal(self.spec.stop_signal)
        self._await_exit(self.spec.stop_signal, self.spec.stop_timeout_s)

    def start(self) -> None:
        """Starts the same container again, with its data, files and impairments; returns when it is ready.

        One that is impaired may need the others to be ready: `rejoin` waits for it.
        """
        self._untouched = False
        self._begins = len(self.logs())
        if self._site.images[self.kind] != self._made_of:
            self._replace_container()
        else:
            self._site.ports.release(self.spec.name)
            self._start_made()
        self._impairable().begin_again()
        self._let_begin()
        self._await_unimpaired_start()
        self._interposing().begin_again()

    def become(self, kind: NodeKind) -> None:
        """Has its next start be of another container, made of that kind's image, with the same volume."""
        self.kind = named(self.spec, kind)
        self._untouched = False

    def pause(self) -> None:
        """Freezes every process of the container; a signal to it thaws it again, as the engine has it."""
        self._untouched = False
        if self.state().phase is not Phase.PAUSED:
            freeze(self._api, self._made(), self.spec.name)

    def resume(self) -> None:
        """Undoes `pause`."""
        if self.state().phase is Phase.PAUSED:
            with complaining(f"resume {self.spec.name}"):
                self._api.unpause(self._made())

    def throttle(self, share: float) -> None:
        """Limits the processor time of the container's control group, for later ones of this container as well."""
        self._untouched = False
        self._throttled = True
        docker_throttle.limit(self._site.client, self._made(), share, most=self._cpus)

    def unthrottle(self) -> None:
        """Lifts the limit."""
        if self._throttled:
            docker_throttle.limit(self._site.client, self._made(), None, most=self._cpus)
        self._throttled = False

    def held_back(self, seconds: float) -> float:
        """Asks the container's control group."""
        return docker_throttle.held_back(self._site.client, self._made(), seconds)

    def impair(self, fault: str, impairment: Impairment = CUT_OFF) -> None:
        """Filters packets from and to the other nodes' addresses, in the container's network namespace."""
        self._untouched = False
        super().impair(fault, impairment)

    def interpose(self, fault: str, passing: Passing) -> None:
        """Has it befall what passes, in the container's network namespace."""
        self._untouched = False
        super().interpose(fault, passing)

    def write_file(self, name: str, text: str) -> None:
        """Puts the text, its references resolved, at `${file:NAME}`; the container may be stopped."""
        self._untouched = False
        resolved = self._site.resolver().text(text, node=self.spec.name)
        # An engine writes nothing into an image that its container only reads, but into a volume.
        place, path = (FOLDER, name) if self._confinement else ("/", f"{FOLDER}/{name}")
        with complaining(f"write {name} into {self.spec.name}"):
            self._api.put_archive(self._made(), place, build_transfer_tar(resolved.encode(), path))

    def read_data(self, path: str) -> bytes | None:
        """A file beneath the folder of data in the container, which may be stopped; None if there is none."""
        with complaining(f"read {path} of {self.spec.name}"):
            return file_in(self._api, self._made(), f"{DATA}/{path}")

    def data_files(self) -> Mapping[str, int]:
        """The files beneath the folder of data."""
        return self._stored().files()

    def write_data(self, path: str, content: bytes) -> None:
        """Overwrites a file beneath the folder of data; the container may be stopped."""
        self._untouched = False
        self._stored().write(path, content)

    def empty_data(self) -> None:
        """Removes all that is beneath the folder of data."""
        self._untouched = False
        self._stored().empty()

    def fill_disk(self) -> None:
        """Fills the volume of the container, which is a disk in memory."""
        if not self.spec.disk_mb:
            raise BadInputError(f"the disk of {self.spec.name} is the engine's: its spec gives it none of its own")
        self._filled = True
        self._stored().fill()

    def free_disk(self) -> None:
        """Removes what fills it."""
        if self._filled:
            self._stored().free()
        self._filled = False

    def refusal(self) -> int | None:
        """Tries to write a file in the volume."""
        return self._stored().refusal()

    def set_clock(self, seconds: float) -> None:
        """Puts another file in place of that which the node's clock goes by."""
        self.write_file(clock.FILE, clock.offset(self.spec, seconds))

    def clock_off_s(self) -> float:
        """Asks a program that is started in the container, and the engine for its machine's time."""
        if self.state().phase is not Phase.RUNNING:
            return 0.0
        with complaining(f"tell the time of {self.spec.name}"):
            before_s = engine.time_s(self._site.client)
            status, answer = docker_exec.run(self._api, self._made(), ["python3", "-c", clock.ASK, "1"])
            true_s = (before_s + engine.time_s(self._site.client)) / 2
        if status:
            raise EnvironmentUnfitError(f"the clock of {self.spec.name} can't be read: {answer.strip()[-300:]}")
        return clock.read(answer, true_s)

    def logs(self, *, since: float = 0.0) -> str:
        """The node's log since it was made, over restarts; after its removal what it had written by then."""
        if self._id is None:
            return self._last_words or ""
        with complaining(f"show the log of {self.spec.name}"):
            options: dict[str, Any] = {"since": since} if since else {}
            log = cast("bytes", self._api.logs(self._id, **options)).decode(errors="replace")
        return self._earlier_words + of_this_life(log, self._mark)

    def output(self) -> str:
        """The part of the node's log that was written since its last start."""
        return self.logs()[self._begins :]

    def listening(self) -> Sequence[str] | None:
        """The sockets that listen in the container, by the kernel's tables there; None without what prints these."""
        with contextlib.suppress(EnvironmentUnfitError), complaining(f"tell where {self.spec.name} listens"):
            status, tables = docker_exec.run(self._api, self._made(), listening.TABLES)
            return listening.in_tables(tables) if tables and not status else None
        return None

    def tried(self) -> Sequence[Tried]:
        """What its limits kept it from, by the engine's word and that of its helpers."""
        if self._confinement is None or self._id is None:
            return ()
        with complaining(f"tell what {self.spec.name} tried"):
            inspected = self._api.inspect_container(self._id)
            runs = inspected["State"]["Running"]
            return tuple(
                docker_confinement.tried(
                    self.spec.name,
                    self._confinement,
                    inspected,
                    self._api.stats(self._id, stream=False, one_shot=True) if runs else {},
                    log=self.logs(),
                    free_share=self._stored().free_share(),
                    refused=self._impairable().refused() if runs else 0,
                )
            )

    def exec_context(self) -> ExecContext:
        """The container in which a person's command can run, with the environment if the container has another's."""
        environment = self._site.resolver().environment(self.spec) if self._mark else {}
        engine_url = self._site.machine.url or None
        return ExecContext(container=self._made(), engine=engine_url, environment=environment)

    def end(self) -> Vacant | None:
        """Kills it, whatever its state, and keeps its log for whoever still holds this node.

        Its container is removed, unless the next node of this name may have it: then that is given back.
        """
        if self._id is None:
            return None
        with complaining(f"remove {self.spec.name}"):
            self._last_words = self.logs()
            self._site.networks.pop(self.spec.name).end()
            self._interposing().end()
            self._stored().end()
            place = self._vacated(self._id)
            if not place:
                remove_container(self._site.client, self._id)
        self._id = self._network = self._between = self._data = None
        if not place:
            self._site.ports.hold(self.spec.name)
        return place

    def _vacated(self, container: str) -> Vacant | None:
        if not self._untouched or not can_be_renewed(self.spec):
            return None
        with contextlib.suppress(NotRenewedError):
            vacate(self._site.client, container)
            return Vacant(container, self._made_of, self.spec.ports, self._made_with)
        return None

    def _note_id(self, container: str | None) -> None:
        if container and container != self._id:
            self._id = container
            self._data = Data(self._site, self.spec.name, container)
            site, name = self._site, self.spec.name
            confined = site.subnet if self._confinement else None
            helper = Helper(site, name, container)
            bridged = bool(site.machine.name)
            self._network = Network(site, self.spec, helper, confined=confined, bridged=bridged)
            site.networks[name] = self._network
            self._between = Interposing(site, self.spec, Helper(site, name, container, purpose="proxy"))

    def _made(self) -> str:
        if self._id is None:
            raise NodeStartError(f"{self.spec.name} has no container: it was removed, or was never made")
        return self._id

    def _wait_ready(self) -> None:
        wait_ready(self, timeout_s=_READY_TIMEOUT_S)

    def _let_begin(self) -> None:
        """Has the launcher of a node that is led to the others begin: what does that is in place."""
        if self.spec.is_led:
            self.write_file(AWAITED, "")

    def _stored(self) -> Data:
        self._made()
        assert self._data is not None
        return self._data

    def _impairable(self) -> Network:
        self._made()
        assert self._network is not None
        return self._network

    def _interposing(self) -> Interposing:
        self._made()
        assert self._between is not None
        return self._between

    def _start_made(self) -> None:
        name, ports = self.spec.name, self._site.ports
        start(self._api, self._made(), name, ports.host(name), ports.of(name))

    def _signal(self, name: str) -> None:
        self._untouched = False
        if self.state().phase is not Phase.EXITED:
            try:
                with complaining(f"send {name} to {self.spec.name}"):
                    self._api.kill(self._made(), name)
            except EnvironmentUnfitError:
                # It may have ended a moment before.
                if self.state().phase is not Phase.EXITED:
                    raise

    def _await_exit(self, sent: str, timeout_s: float) -> None:
        await_exit(self, sent, timeout_s=timeout_s, interval_s=_POLL_S)
        if self._network:
            self._network.end()
        if self._between:
            self._between.end()
        # The engine's proxy goes on accepting for a moment.
        until(
            f"the host ports of {self.spec.name} to be silent",
            lambda: [name for name in self.spec.ports if accepts(self.endpoint(name))],
            lambda accepting: not accepting,
            timeout_s=_GONE_TIMEOUT_S,
            interval_s=_POLL_S,
        )
        self._site.ports.hold(self.spec.name)


def _id_of(container: DockerContainer) -> str | None:
    return container._container.id if container._container is not None else None
