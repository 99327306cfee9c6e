"""The backend that runs nodes as containers of a Docker engine, each deployment on a network of its own."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import docker
from docker.errors import DockerException, ImageNotFound

from harness.backends import clock, docker_sidecar, engine
from harness.backends.docker_engines import Engines, here, several
from harness.backends.docker_node import DockerNode
from harness.backends.docker_ports import HostPorts, MachinePorts, OwnPorts
from harness.backends.docker_renewal import Vacant
from harness.backends.docker_sidecar import Sidecar
from harness.backends.docker_site import LABEL_DEPLOYMENT, DockerSite
from harness.backends.docker_starting import PortTakenError
from harness.backends.elsewhere import SignsOfLife
from harness.backends.machines import Machine
from harness.backends.placement import Spread
from harness.backends.protocol import (
    Ability,
    Clocked,
    Fillable,
    Interposable,
    Killable,
    Networked,
    Pausable,
    Rewritable,
    Throttleable,
    Upgradable,
)
from harness.backends.reach import assert_reached
from harness.backends.ready import wait_all_ready
from harness.backends.session import Session
from harness.backends.subnets import address
from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.carrying import carry
from harness.provision.images import ensure_images, forget_old
from harness.provision.network_helper import HELPER
from harness.provision.own_images import ensure_own_images
from harness.topology.confinement import Confinement
from harness.topology.kinds import NodeKind, OwnDockerfile
from harness.topology.nodes import NodeSpec, Topology, addressed, kinds_of

_READY_TIMEOUT_S = 60.0
_ATTEMPTS = 3
#: How long an engine that loads an image may say nothing.
_LOADING_S = 300
_numbers = itertools.count(1)


class DockerBackend:
    """The backend that runs nodes as containers; it needs an engine that answers."""

    name = "docker"
    abilities: frozenset[Ability] = frozenset(
        {Killable, Pausable, Networked, Rewritable, Throttleable, Fillable, Interposable, Upgradable}
    ) | ({Clocked} if clock.installed() else set())

    def __init__(
        self,
        session: Session,
        *,
        images: Mapping[str, str] | None = None,
        confinement: Confinement | None = None,
        machines: Sequence[Machine] = (),
    ) -> None:
        """A backend whose `images`, by the names of kinds, take the place of the project's own.

        With a confinement it holds every node of a deployment in its limits that is not of the topology deployed. With
        machines it spreads the nodes over their engines, and whoever has the session removes all that is left there in
        the end, the swarm too (`engines_left`).
        """
        self._session = session
        self._confinement = confinement
        self._given = dict(images or {})
        self._machines = tuple(machines)
        self._engines: Engines | None = None
        # The deployments look at the same mapping: what they make after another `prepare` is of the newest images.
        self._images: dict[NodeKind, str] = {}

    @staticmethod
    def available() -> str | None:
        """Why no engine can be used, found out in about a second; None if one answers."""
        return engine.why_unavailable()

    def prepare(self, kinds: Iterable[NodeKind], say: Say) -> None:
        """Finds the engines and gets every image, for the first of them; the others have it from there."""
        engines = self._connected(say)
        # On several machines each node has the helper; what asks for it later does so for many nodes at once.
        kinds = {*kinds, HELPER} if self._machines else kinds
        ensured = self._ensured(engines.first.client, kinds, say)
        _carry(ensured, engines, say)
        self._images.update(ensured)

    def deploy(self, topology: Topology, say: Say) -> DockerDeployment:
        """Starts every node at once; see the protocol."""
        engines = self._connected(say)
        for attempt in range(1, _ATTEMPTS + 1):
            prepare = partial(self.prepare, say=say)
            deployment = DockerDeployment(topology, engines, self._session, self._images, prepare, self._confinement)
            try:
                deployment.put(topology.nodes)
                if deployment.machines:
                    say(f"{topology.name}: {deployment.machines}")
                return deployment
            except PortTakenError as error:
                deployment.close()
                if attempt == _ATTEMPTS:
                    raise
                say(f"starting {topology.name} again with other host ports: {error}")
            except BaseException:
                deployment.close()
                raise
        raise AssertionError("unreachable")

    def _connected(self, say: Say) -> Engines:
        if self._engines is None:
            engines = several(self._machines, self._session, say) if self._machines else here()
            clients = [each.client for each in engines.all]
            if not all(map(engine.freezes, clients)):
                self.abilities = self.abilities - {Pausable}
            if not all(map(engine.throttles, clients)):
                self.abilities = self.abilities - {Throttleable}
            self._engines = engines
        return self._engines

    def _ensured(self, client: docker.DockerClient, kinds: Iterable[NodeKind], say: Say) -> Mapping[NodeKind, str]:
        images = {kind: self._given.get(kind.name) or kind.image() for kind in kinds}
        named = {kind: image for kind, image in images.items() if isinstance(image, str)}
        for image in named.values():
            _ensure_given(client, image, say)
        own = {kind: image for kind, image in images.items() if isinstance(image, OwnDockerfile)}
        built = images.keys() - named.keys() - own.keys()
        # Whoever builds images has a base, and then the helper's is a matter of a moment; else it waits for its need.
        ours = ensure_images(client, built | {HELPER} if built else built, say)
        bases = {base for image in own.values() for base in image.bases.values()}
        theirs = ensure_own_images(client, own, self._ensured(client, bases, say), say) if own else {}
        return {**named, **ours, **theirs}


class DockerDeployment:
    """A topology as containers, on a network of its own with fixed addresses, on one machine or several."""

    def __init__(
        self,
        topology: Topology,
        engines: Engines,
        session: Session,
        images: Mapping[NodeKind, str],
        prepare: Callable[[Iterable[NodeKind]], None],
        confinement: Confinement | None = None,
    ) -> None:
        """A deployment that has `prepare` add to `images` what these lack of the topology's kinds.

        Nodes that the topology does not name are confined, if there is a confinement.
        """
        self.topology = topology
        self._engines = engines
        self._images = images
        self._prepare = prepare
        name = f"harness-{session.id}-{next(_numbers)}"
        labels = {**session.labels(), LABEL_DEPLOYMENT: name}
        self._network, subnet = engines.create_network(name, labels, internal=confinement is not None)
        self._signs_of_life = [SignsOfLife(each.client, name, labels) for each in engines.all]
        addresses: dict[str, str] = {}
        #: The address of the machine of each node.
        self._hosts: dict[str, str] = {}
        # An engine publishes nothing of a network without a way out.
        own = OwnPorts(addresses) if confinement else None
        site = DockerSite(
            engines.first.machine,
            engines.first.client,
            tuple(each.client for each in engines.all),
            session,
            name,
            images,
            subnet,
            self._helper_image,
            ports=own or (MachinePorts(self._hosts) if engines.manager else HostPorts()),
            addresses=addresses,
            confinement=confinement,
            trusted=frozenset(spec.name for spec in topology.nodes),
        )
        self._site = site
        self._sites = {
            each.machine.name: replace(site, machine=each.machine, client=each.client) for each in engines.all
        }
        self._spread = Spread(tuple(self._sites))
        self._nodes: dict[str, DockerNode] = {}
        self._vacant: dict[str, Vacant] = {}
        self._reached: set[str] = set()

    @property
    def nodes(self) -> Mapping[str, DockerNode]:
        """All nodes by name."""
        return self._nodes

    @property
    def machines(self) -> str:
        """Which nodes are on which machine, in words; empty where there is one only."""
        on = {name: [node.spec.name for node in self._nodes.values() if node.machine == name] for name in self._sites}
        return "; ".join(f"{', '.join(names)} on {name}" for name, names in on.items() if name and names)

    def put(self, specs: Sequence[NodeSpec]) -> None:
        """Starts all of these nodes, waits for all, then puts the files for later restarts in place."""
        if lacking := kinds_of(specs) - self._images.keys():
            self._prepare(lacking)
        self.remove([spec.name for spec in specs])
        addresses = self._site.addresses
        comers = [spec for spec in specs if spec.name not in self._site.roles]
        for name in addressed(specs):
            addresses.setdefault(name, address(self._site.subnet, len(addresses)))
        for spec in specs:
            self._site.roles[spec.name] = spec.role
            self._hosts[spec.name] = self._site_of(spec).machine.address
            self._site.ports.choose(spec)
        for network in tuple(self._site.networks.values()):
            network.reckon_with(comers)
        added = [DockerNode(spec, self._site_of(spec), place=self._vacant.pop(spec.name, None)) for spec in specs]
        self._nodes.update({node.spec.name: node for node in added})
        _in_parallel(DockerNode.launch, added)
        for machine in sorted({node.machine for node in added} - self._reached):
            assert_reached([node for node in added if node.machine == machine], machine)
            self._reached.add(machine)
        wait_all_ready(added, timeout_s=_READY_TIMEOUT_S)
        _in_parallel(_write_files_when_ready, added)

    def remove(self, names: Collection[str]) -> None:
        """Kills nodes and removes their containers, but for those that the next ones of their names may have.

        Who still holds such a node can read its log.
        """
        _in_parallel(self._end, [node for name in names if (node := self._nodes.pop(name, None))])

    def _end(self, node: DockerNode) -> None:
        if place := node.end():
            self._vacant[node.spec.name] = place

    def start_sidecar(self, sidecar: Sidecar, say: Say) -> str:
        """Starts somebody else's container beside the nodes and gives the address of its page.

        Raises:
            EnvironmentUnfitError: its image can't be had, or the engine refuses.
        """
        _ensure_given(self._site.client, sidecar.image, say)
        return docker_sidecar.start(sidecar, self._site)

    def close(self) -> None:
        """Removes the deployment's containers, half-made ones too, and its network."""
        for signs in self._signs_of_life:
            signs.close()
        self._site.ports.close()
        for each in self._engines.all:
            with engine.complaining("list containers"):
                listed = each.client.api.containers(all=True, filters=self._site.filters())
            engine.remove(each.client, engine.Owned(tuple(str(container["Id"]) for container in listed), ()))
        self._engines.remove_network(self._network)
        self._site.networks.clear()
        self._nodes.clear()
        self._vacant.clear()

    def _site_of(self, spec: NodeSpec) -> DockerSite:
        return self._sites[self._spread.machine(spec)]

    def _helper_image(self) -> str:
        if HELPER not in self._images:
            self._prepare([HELPER])
        return self._images[HELPER]

    def __enter__(self) -> DockerDeployment:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _write_files_when_ready(node: DockerNode) -> None:
    for name, text in node.spec.files_when_ready.items():
        node.write_file(name, text)


def _in_parallel(work: Callable[[DockerNode], None], nodes: Iterable[DockerNode]) -> None:
    """Calls the action for all nodes, to the end, and raises the first failure."""
    nodes = list(nodes)
    if not nodes:
        return
    with ThreadPoolExecutor(len(nodes)) as pool:
        futures = [pool.submit(work, node) for node in nodes]
    for future in futures:
        future.result()


def _carry(images: Mapping[NodeKind, str], engines: Engines, say: Say) -> None:
    """Has every engine have the images that the first one has."""
    for other in engines.all[1:]:
        with contextlib.closing(engine.connect(other.machine.url, timeout_s=_LOADING_S)) as patient:
            for kind, image in images.items():
                carry(image, engines.first.client, patient, other.machine.name, say)
                forget_old(patient, kind.name, but=image)


def _ensure_given(client: docker.DockerClient, image: str, say: Say) -> None:
    with contextlib.suppress(ImageNotFound):
        client.images.get(image)
        return
    say(f"pulling {image}")
    try:
        client.images.pull(image)
    except DockerException as error:
        raise EnvironmentUnfitError(
            f"image {image} is not on this machine and could not be pulled ({engine.cause(error)}): "
            "build or load it first, or correct its name"
        ) from error
