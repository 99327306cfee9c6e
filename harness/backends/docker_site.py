"""The facts that the containers of one deployment share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

import docker

from harness.backends.docker_ports import HostPorts
from harness.backends.engine import complaining
from harness.backends.machines import Machine
from harness.backends.references import Resolver
from harness.backends.session import LABEL_NODE, Session
from harness.topology.confinement import Confinement
from harness.topology.kinds import NodeKind

if TYPE_CHECKING:
    from harness.backends.impairing import Network

LABEL_DEPLOYMENT = "harness.deployment"
#: On which machine a node is, where there are several.
LABEL_MACHINE = "harness.machine"
#: Where a container has its files.
FOLDER = "/etc/harness"
#: The one that the launcher of a node waits for that has to have rules in its network first.
AWAITED = "begin"
#: Where a server has its own data, unless it is told otherwise: as the launchers have it.
DATA = "/var/lib/harness"


@dataclass(frozen=True)
class DockerSite:
    """The facts that the nodes of one deployment share, as far as they are on one machine.

    Attributes:
        machine: that they are on.
        client: of its engine.
        everywhere: the clients of the engines of all machines.
        session: who owns the containers.
        name: of the deployment; its network is called so and its containers' names begin so.
        images: by kind.
        subnet: of its network.
        helper_image: gives the image of the containers that impair nodes' networks, and gets it first if it must.
        ports: the host ports.
        addresses: by node name.
        roles: of all nodes that there ever were, by node name.
        networks: of the nodes that have a container, by node name.
        confinement: the limits of nodes that nobody trusts; None if there are no such nodes.
        trusted: the names of the nodes that are not confined.
    """

    machine: Machine
    client: docker.DockerClient
    everywhere: Sequence[docker.DockerClient]
    session: Session
    name: str
    images: Mapping[NodeKind, str]
    subnet: IPv4Network
    helper_image: Callable[[], str]
    ports: HostPorts = field(default_factory=HostPorts)
    addresses: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    confinement: Confinement | None = None
    trusted: frozenset[str] = frozenset()

    def confinement_of(self, node: str) -> Confinement | None:
        """The limits of a node; None for one that is trusted."""
        return None if node in self.trusted else self.confinement

    def labels(self) -> dict[str, str]:
        """The labels that everything of this deployment carries, on any machine."""
        return {**self.session.labels(), LABEL_DEPLOYMENT: self.name}

    def filters(self) -> dict[str, list[str]]:
        """The filters by which an engine lists what carries every label of this deployment."""
        return {"label": [f"{label}={value}" for label, value in self.labels().items()]}

    def running(self) -> frozenset[str]:
        """The names of the nodes, on any machine, whose container runs and is not paused."""
        filters = {**self.filters(), "status": "running"}
        with complaining("list the nodes that run"):
            listed = [each for client in self.everywhere for each in client.api.containers(filters=filters)]
        return frozenset(name for each in listed if (name := each["Labels"].get(LABEL_NODE)))

    def resolver(self) -> Resolver:
        """A resolver that puts the deployment's addresses in place of references."""
        return Resolver(self.addresses, self.ports.endpoint, lambda name: f"{FOLDER}/{name}")
