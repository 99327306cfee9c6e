"""The backend that runs the same servers as local processes, each on a loopback address of its own."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from contextlib import ExitStack

from harness.backends import clock
from harness.backends.folders import make_folder
from harness.backends.loopback import FIRST_HOST, assert_free, leased_block
from harness.backends.process_node import ProcessNode, ProcessSite, folder_mode
from harness.backends.protocol import (
    Ability,
    Clocked,
    Fillable,
    Killable,
    Pausable,
    Rewritable,
    Throttleable,
    Upgradable,
)
from harness.backends.ready import wait_all_ready
from harness.backends.session import Session
from harness.backends.small_disk import can_mount
from harness.progress import Say
from harness.provision.processes import prepare_processes
from harness.topology.kinds import NodeKind, Program
from harness.topology.nodes import NodeSpec, Topology, kinds_of

_READY_TIMEOUT_S = 60.0


class ProcessBackend:
    """The backend that runs nodes as local processes; it needs no engine, and root only for disks of a size."""

    name = "process"
    abilities: frozenset[Ability] = (
        frozenset({Killable, Pausable, Rewritable, Throttleable, Upgradable})
        | ({Fillable} if can_mount() else set())
        | ({Clocked} if clock.installed() else set())
    )

    def __init__(self, session: Session) -> None:
        self._session = session
        # The deployments look at the same mapping.
        self._programs: dict[NodeKind, Program] = {}

    def prepare(self, kinds: Iterable[NodeKind], say: Say) -> None:
        """Gets what these kinds say that they need on this machine."""
        self._programs.update(prepare_processes(kinds, say))

    def deploy(self, topology: Topology, say: Say) -> ProcessDeployment:
        """Starts every node at once; see the protocol."""
        deployment = ProcessDeployment(topology, self._programs, self._session, say)
        try:
            deployment.put(topology.nodes)
        except BaseException:
            deployment.close()
            raise
        return deployment


class ProcessDeployment:
    """A topology as processes, in a leased block of addresses and a temporary folder."""

    def __init__(
        self, topology: Topology, programs: MutableMapping[NodeKind, Program], session: Session, say: Say
    ) -> None:
        """A deployment that prepares what `programs` lack, and adds it to them."""
        self.topology = topology
        self._programs = programs
        self._say = say
        self._resources = ExitStack()
        self._block = self._resources.enter_context(leased_block())
        self._site = ProcessSite(programs, session, make_folder(session))
        self._site.folder.chmod(folder_mode(topology.kinds))
        self._nodes: dict[str, ProcessNode] = {}

    @property
    def nodes(self) -> Mapping[str, ProcessNode]:
        """All nodes by name."""
        return self._nodes

    def put(self, specs: Sequence[NodeSpec]) -> None:
        """Starts all of these nodes, waits for all, then puts the files for later restarts in place."""
        if lacking := kinds_of(specs) - self._programs.keys():
            self._programs.update(prepare_processes(lacking, self._say))
        self.remove([spec.name for spec in specs])
        for spec in specs:
            taken = self._site.addresses
            taken.setdefault(spec.name, f"{self._block}.{FIRST_HOST + len(taken)}")
            self._site.ports[spec.name] = spec.ports
        added = [ProcessNode(spec, self._site) for spec in specs]
        for node in added:
            for port in node.spec.ports.values():
                assert_free(node.spec.name, node.address, port)
        for node in added:
            self._nodes[node.spec.name] = node
            node.launch()
        wait_all_ready(added, timeout_s=_READY_TIMEOUT_S)
        for node in added:
            for name, text in node.spec.files_when_ready.items():
                node.write_file(name, text)

    def remove(self, names: Collection[str]) -> None:
        """Kills these nodes; their logs stay until the deployment is closed."""
        for name in names:
            if node := self._nodes.pop(name, None):
                node.end()

    def close(self) -> None:
        """Kills what runs, and removes the folder and the lease."""
        self.remove(list(self._nodes))
        shutil.rmtree(self._site.folder, ignore_errors=True)
        self._resources.close()

    def __enter__(self) -> ProcessDeployment:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
