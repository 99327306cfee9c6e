"""The running deployment, kept between scenarios of one topology and healed to what it was declared as.

One at a time: servers that idle still take CPU time from those that are measured.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from harness.backends.protocol import (
    Backend,
    Clocked,
    Deployment,
    Fillable,
    Interposable,
    Killable,
    Networked,
    Node,
    Pausable,
    Phase,
    Throttleable,
    Upgradable,
)
from harness.clusters import Clusters, Servers
from harness.errors import HarnessError
from harness.progress import Say
from harness.spent import On, spending
from harness.topology.nodes import Topology
from harness.topology.timings import Timings

Entry = tuple[Deployment, Clusters]
#: How many times as long as a failure detector needs the servers may take to be one cluster.
_FORMING = 3


class Pool:
    """Gives out clusters that run as declared. A context manager: leaving it removes every deployment."""

    def __init__(self, backend: Backend, say: Say, timings: Timings, run: str = "") -> None:
        """A pool with no clusters yet; `run` is a part of all names that are made in servers."""
        self._run = run
        self._backend = backend
        self._say = say
        self._timings = timings
        self._running: list[Entry] = []

    def clusters(self, servers: Sequence[Servers[Any]]) -> Entry:
        """A deployment with every server running, their clusters complete, and no services.

        One that runs already is healed: rid of its services, its servers brought back. One that can't be healed is
        removed and made anew, as is one of another topology.
        """
        topology = topology_of(servers, self._timings)
        for deployment, clusters in self._running.copy():
            if deployment.topology == topology:
                try:
                    self._heal(deployment, clusters)
                except HarnessError as error:
                    self._say(f"{topology.name} can't be healed and is made anew: {error}")
                else:
                    return deployment, clusters
            self._close(deployment, clusters)
        return self._deploy(topology, servers)

    @property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes of every deployment, by name."""
        return {name: node for deployment, _ in self._running for name, node in deployment.nodes.items()}

    @spending(On.START)
    def _deploy(self, topology: Topology, servers: Sequence[Servers[Any]]) -> Entry:
        if topology.nodes:
            self._say(f"starting {topology.name} ({self._backend.name})")
        deployment = self._backend.deploy(topology, self._say)
        clusters = self.adopt(deployment, servers)
        clusters.await_formed(timeout_s=self._forming_timeout_s)
        return deployment, clusters

    @property
    def _forming_timeout_s(self) -> float:
        return _FORMING * self._timings.detection_s

    def adopt(self, deployment: Deployment, servers: Sequence[Servers[Any]]) -> Clusters:
        """Gives this one out as well; it is healed first."""
        names = [(each, [spec.name for spec in each.nodes(self._timings)]) for each in servers]
        clusters = Clusters(deployment.nodes, names)
        self._running.append((deployment, clusters))
        return clusters

    @spending(On.HEAL)
    def _heal(self, deployment: Deployment, clusters: Clusters) -> None:
        """Ends the services, and brings the servers back."""
        servers = [deployment.nodes[spec.name] for spec in deployment.topology]
        services = [name for name in deployment.nodes if name not in {server.spec.name for server in servers}]
        with ThreadPoolExecutor(max(1, len(servers))) as pool:
            restoring = [pool.submit(restore, server) for server in servers]
            deployment.remove(services)
            for server in restoring:
                server.result()
        clusters.await_formed(timeout_s=self._forming_timeout_s)
        clusters.tidy(self._run)

    @spending(On.HEAL)
    def _close(self, deployment: Deployment, clusters: Clusters) -> None:
        self._running = [entry for entry in self._running if entry[0] is not deployment]
        with contextlib.ExitStack() as stack:
            stack.callback(deployment.close)
            stack.callback(clusters.close)
            if clusters.given:
                self._leave(deployment, clusters)

    def _leave(self, deployment: Deployment, clusters: Clusters) -> None:
        """Leaves servers that the harness did not start as it found them: they run, without what it made in them."""
        try:
            for node in clusters.given:
                restore(node)
            clusters.await_formed(timeout_s=self._forming_timeout_s)
            clusters.tidy(self._run)
        except HarnessError as error:
            self._say(f"{deployment.topology.name}: what has {self._run} in its name may be left in them: {error}")

    def close(self) -> None:
        """Removes every deployment."""
        for deployment, clusters in self._running.copy():
            self._close(deployment, clusters)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def topology_of(servers: Sequence[Servers[Any]], timings: Timings) -> Topology:
    """The nodes of these servers; equal servers make equal topologies."""
    specs = tuple(spec for each in servers for spec in each.nodes(timings))
    return Topology(", ".join(each.words for each in servers) or "no servers", specs)


def restore(node: Node) -> None:
    """Makes a server run as it was declared: in its network, with its clients, at its speed, on a disk with room.

    Raises:
        HarnessError: it can't; one that was upgraded does not become again what it was.
    """
    if isinstance(node, Upgradable) and node.kind != node.spec.kind:
        raise HarnessError(f"{node.spec.name} has become {node.kind.name}")
    # First: a server that starts cut off may wait in vain for the others. And it may be paused, or down, beside that.
    if isinstance(node, Networked):
        node.rejoin()
    if isinstance(node, Interposable):
        node.withdraw()
    if isinstance(node, Throttleable):
        node.unthrottle()
    if isinstance(node, Fillable):
        node.free_disk()
    if isinstance(node, Clocked) and node.spec.clock:
        node.set_clock(0)
    match node.state().phase:
        case Phase.PAUSED if isinstance(node, Pausable):
            node.resume()
        case Phase.EXITED if isinstance(node, Killable):
            node.start()
        case _:
            pass
