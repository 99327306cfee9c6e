"""The backend that runs nodes as containers of a Docker engine, each deployment on a network of its own."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import docker
from docker.errors import DockerException, ImageNotFound

from harness.backends import clock, docker_sidecar, engine
from harness.backends.docker_network import create_network
from harness.backends.docker_node import DockerNode
from harness.backends.docker_ports import HostPorts, OwnPorts
from harness.backends.docker_renewal import Vacant
from harness.backends.docker_sidecar import Sidecar
from harness.backends.docker_site import LABEL_DEPLOYMENT, DockerSite
from harness.backends.docker_starting import PortTakenError
from harness.backends.elsewhere import SignsOfLife
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
from harness.provision.images import ensure_images
from harness.provision.network_helper import HELPER
from harness.provision.own_images import ensure_own_images
from harness.topology.confinement import Confinement
from harness.topology.kinds import NodeKind, OwnDockerfile
from harness.topology.nodes import NodeSpec, Topology, addressed, kinds_of

_READY_TIMEOUT_S = 60.0
_ATTEMPTS = 3
_numbers = itertools.count(1)


class DockerBackend:
    """The backend that runs nodes as containers; it needs an engine that answers."""

    name = "docker"
    abilities: frozenset[Ability] = frozenset(
        {Killable, Pausable, Networked, Rewritable, Throttleable, Fillable, Interposable, Upgradable}
    ) | ({Clocked} if clock.installed() else set())

    def __init__(
        self, session: Session, *, images: Mapping[str, str] | None = None, confinement: Confinement | None = None
    ) -> None:
        """A backend whose `images`, by the names of kinds, take the place of the project's own.

        With a confinement it holds every node of a deployment in its limits that is not of the topology deployed.
        """
        self._session = session
        self._confinement = confinement
        self._given = dict(images or {})
        self._client: docker.DockerClient | None = None
        # The deployments look at the same mapping: what they make after another `prepare` is of the newest images.
        self._images: dict[NodeKind, str] = {}

    @staticmethod
    def available() -> str | None:
        """Why no engine can be used, found out in about a second; None if one answers."""
        return engine.why_unavailable()

    def prepare(self, kinds: Iterable[NodeKind], say: Say) -> None:
        """Finds the engine and gets every image."""
        self._images.update(self._ensured(self._connected(), kinds, say))

    def deploy(self, topology: Topology, say: Say) -> DockerDeployment:
        """Starts every node at once; see the protocol."""
        client = self._connected()
        for attempt in range(1, _ATTEMPTS + 1):
            prepare = partial(self.prepare, say=say)
            deployment = DockerDeployment(topology, client, self._session, self._images, prepare, self._confinement)
            try:
                deployment.put(topology.nodes)
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

    def _connected(self) -> docker.DockerClient:
        if self._client is None:
            self._client = engine.connect()
            if not engine.freezes(self._client):
                self.abilities = self.abilities - {Pausable}
            if not engine.throttles(self._client):
                self.abilities = self.abilities - {Throttleable}
        return self._client

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
    """A topology as containers, on a network of its own with fixed addresses."""

    def __init__(
        self,
        topology: Topology,
        client: docker.DockerClient,
        session: Session,
        images: Mapping[NodeKind, str],
        prepare: Callable[[Iterable[NodeKind]], None],
        confinement: Confinement | None = None,
    ) -> None:
        """A deployment that has `prepare` add to `images` what these lack of the topology's kinds.

        Nodes that the topology does not name are confined, if there is a confinement.
        """
        self.topology = topology
        self._client = client
        self._images = images
        self._prepare = prepare
        name = f"harness-{session.id}-{next(_numbers)}"
        labels = {**session.labels(), LABEL_DEPLOYMENT: name}
        self._network, subnet = create_network(client, name, labels, internal=confinement is not None)
        self._signs_of_life = SignsOfLife(client, name, labels)
        addresses: dict[str, str] = {}
        self._site = DockerSite(
            client,
            session,
            name,
            images,
            subnet,
            self._helper_image,
            # An engine publishes nothing of a network without a way out.
            ports=OwnPorts(addresses) if confinement else HostPorts(),
            addresses=addresses,
            confinement=confinement,
            trusted=frozenset(spec.name for spec in topology.nodes),
        )
        self._nodes: dict[str, DockerNode] = {}
        self._vacant: dict[str, Vacant] = {}
        self._reached = False

    @property
    def nodes(self) -> Mapping[str, DockerNode]:
        """All nodes by name."""
        return self._nodes

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
            self._site.ports.choose(spec)
        for network in tuple(self._site.networks.values()):
            network.reckon_with(comers)
        added = [DockerNode(spec, self._site, place=self._vacant.pop(spec.name, None)) for spec in specs]
        self._nodes.update({node.spec.name: node for node in added})
        _in_parallel(DockerNode.launch, added)
        if not self._reached:
            assert_reached(added)
            self._reached = True
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
        _ensure_given(self._client, sidecar.image, say)
        return docker_sidecar.start(sidecar, self._site)

    def close(self) -> None:
        """Removes the deployment's containers, half-made ones too, and its network."""
        self._signs_of_life.close()
        self._site.ports.close()
        with engine.complaining("list containers"):
            listed = self._client.api.containers(all=True, filters=self._site.filters())
        containers = tuple(str(container["Id"]) for container in listed)
        engine.remove(self._client, engine.Owned(containers, (self._network,)))
        self._site.networks.clear()
        self._nodes.clear()
        self._vacant.clear()

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
