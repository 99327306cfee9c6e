"""The running deployment, kept between scenarios of one topology and healed to what it was declared as.

One at a time: servers that idle still take CPU time from those that are measured.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from harness.backends.protocol import Backend, Deployment, Networked, Node, Phase
from harness.clusters import Clusters
from harness.errors import HarnessError
from harness.progress import Say
from harness.servers.hazelcast.view import HazelcastView
from harness.servers.kafka.view import KafkaView
from harness.servers.postgres.view import PostgresView
from harness.topology.nodes import NodeSpec, Topology

Entry = tuple[Deployment, Clusters]


class Pool:
    """Gives out clusters that run as declared. A context manager: leaving it removes every deployment."""

    def __init__(self, backend: Backend, say: Say, *, forming_timeout_s: float) -> None:
        self._backend = backend
        self._say = say
        self._forming_timeout_s = forming_timeout_s
        self._running: list[Entry] = []

    def clusters(
        self, topology: Topology, services: Sequence[NodeSpec], *, once_formed: Callable[[Clusters], Sequence[NodeSpec]]
    ) -> Entry:
        """A deployment of `topology` with every server running, both clusters complete, and these services healthy.

        One that runs already is healed: rid of its services, its servers brought back, while the new services start.
        One that can't be healed is removed and made anew, as is one of another topology.

        Args:
            topology: its servers.
            services: started with it.
            once_formed: done when the clusters are complete; the services may need it to become healthy. It gives
                those services that could not be told before what they have to know.
        """
        for deployment, clusters in self._running.copy():
            if deployment.topology == topology:
                try:
                    putting, more = self._heal(deployment, clusters, services, once_formed)
                except HarnessError as error:
                    self._say(f"{topology.name} can't be healed and is made anew: {error}")
                else:
                    # Servers made anew would not help a service that does not start.
                    putting.result()
                    deployment.put(more)
                    return deployment, clusters
            self._close(deployment, clusters)
        deployment, clusters = self._deploy(topology)
        deployment.put([*services, *once_formed(clusters)])
        return deployment, clusters

    def as_they_are(self, deployment: Deployment) -> Entry:
        """An adopted deployment and its clusters, which its owner has healed."""
        return next(entry for entry in self._running if entry[0] is deployment)

    @property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes of every deployment, by name."""
        return {name: node for deployment, _ in self._running for name, node in deployment.nodes.items()}

    def _deploy(self, topology: Topology) -> Entry:
        self._say(f"starting {topology.name} ({len(topology.nodes)} servers, {self._backend.name})")
        deployment = self._backend.deploy(topology, self._say)
        clusters = self.adopt(deployment)
        self._await_formed(topology, clusters)
        return deployment, clusters

    def adopt(self, deployment: Deployment) -> Clusters:
        """Gives this one out as well; it is healed first."""
        clusters = Clusters(
            deployment.nodes,
            HazelcastView([n for n in deployment.nodes.values() if n.spec.role == "hazelcast"]),
            KafkaView([n for n in deployment.nodes.values() if n.spec.role == "kafka"]),
            PostgresView([n for n in deployment.nodes.values() if n.spec.role == "postgres"]),
        )
        self._running.append((deployment, clusters))
        return clusters

    def _heal(
        self,
        deployment: Deployment,
        clusters: Clusters,
        wanted: Sequence[NodeSpec],
        once_formed: Callable[[Clusters], Sequence[NodeSpec]],
    ) -> tuple[Future[None], Sequence[NodeSpec]]:
        """Brings the servers back; what became of the services, started or failed by then, and which are still due."""
        servers = [deployment.nodes[spec.name] for spec in deployment.topology]
        services = [name for name in deployment.nodes if name not in {server.spec.name for server in servers}]
        with ThreadPoolExecutor(len(servers) + 1) as pool:
            bringing = [pool.submit(bring_back, server) for server in servers]
            deployment.remove(services)
            putting = pool.submit(deployment.put, wanted)
            for server in bringing:
                server.result()
            self._await_formed(deployment.topology, clusters)
            more = once_formed(clusters)
        return putting, more

    def _await_formed(self, topology: Topology, clusters: Clusters) -> None:
        if topology.role("postgres"):
            clusters.postgres.await_answer(timeout_s=self._forming_timeout_s)
        if members := topology.role("hazelcast"):
            clusters.hazelcast.await_members(len(members), timeout_s=self._forming_timeout_s)
            clusters.hazelcast.assign_partitions(timeout_s=self._forming_timeout_s)
            clusters.hazelcast.await_safe(timeout_s=self._forming_timeout_s)
        if brokers := topology.role("kafka"):
            clusters.kafka.await_formed(len(brokers), timeout_s=self._forming_timeout_s)

    def _close(self, deployment: Deployment, clusters: Clusters) -> None:
        self._running = [entry for entry in self._running if entry[0] is not deployment]
        with contextlib.ExitStack() as stack:
            stack.callback(deployment.close)
            stack.callback(clusters.kafka.close)
            stack.callback(clusters.hazelcast.close)

    def close(self) -> None:
        """Removes every deployment."""
        for deployment, clusters in self._running.copy():
            self._close(deployment, clusters)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def bring_back(node: Node) -> None:
    """Makes a server run as it was declared: resumed, started or let back into its network."""
    match node.state().phase:
        case Phase.PAUSED:
            node.resume()
        case Phase.EXITED:
            node.start()
        case Phase.RUNNING:
            pass
    # It may have been paused while it was isolated, too.
    if isinstance(node, Networked):
        node.rejoin()
