"""The backend that runs the same servers as local processes, each in a network of its own or else on the loopback."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from contextlib import ExitStack
from ipaddress import IPv4Network
from pathlib import Path

from harness.backends import clock
from harness.backends.folders import make_folder
from harness.backends.loopback import assert_free, leased_block
from harness.backends.namespaces import Switch, can_name, why_not
from harness.backends.process_node import ProcessNode
from harness.backends.process_site import ProcessSite, folder_mode
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
from harness.backends.ready import wait_all_ready
from harness.backends.session import Session
from harness.backends.small_disk import can_mount
from harness.backends.subnets import address, leased_subnet
from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.processes import prepare_processes
from harness.topology.kinds import NodeKind, Program
from harness.topology.nodes import NodeSpec, Topology, addressed, kinds_of

_READY_TIMEOUT_S = 60.0
#: In the folder of a deployment.
_HOSTS = ".hosts"
_numbers = itertools.count(1)


class ProcessBackend:
    """The backend that runs nodes as local processes; no engine is needed, and root for disks and networks alone."""

    name = "process"
    abilities: frozenset[Ability] = (
        frozenset({Killable, Pausable, Rewritable, Throttleable, Upgradable})
        | ({Fillable} if can_mount() else set())
        | ({Clocked} if clock.installed() else set())
    )

    def __init__(self, session: Session) -> None:
        self._session = session
        if why_not() is None:
            self.abilities = self.abilities | {Networked, Interposable}
        # The deployments look at the same mapping.
        self._programs: dict[NodeKind, Program] = {}

    def prepare(self, kinds: Iterable[NodeKind], say: Say) -> None:
        """Gets what these kinds say that they need on this machine; says so where nodes can't have networks."""
        if not self._programs and (why := why_not()):
            say(f"nodes have no networks of their own, and what breaks these is skipped: {why}")
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
        self._subnet, switch = _network(session, self._resources)
        folder = make_folder(session)
        hosts = _hosts(folder / _HOSTS) if switch and can_name() else None
        self._site = ProcessSite(programs, session, folder, switch=switch, hosts=hosts)
        folder.chmod(folder_mode(topology.kinds))
        self._nodes = self._site.nodes

    @property
    def nodes(self) -> Mapping[str, ProcessNode]:
        """All nodes by name."""
        return self._nodes

    def put(self, specs: Sequence[NodeSpec]) -> None:
        """Starts all of these nodes, waits for all, then puts the files for later restarts in place."""
        _assert_named(specs, self._site.hosts)
        _assert_apart(specs, self._site.switch)
        if lacking := kinds_of(specs) - self._programs.keys():
            self._programs.update(prepare_processes(lacking, self._say))
        self.remove([spec.name for spec in specs])
        self._make_known(specs)
        added = [ProcessNode(spec, self._site) for spec in specs]
        for node in added if self._site.switch is None else ():
            for port in node.spec.ports.values():
                assert_free(node.spec.name, node.address, port)
        for node in added:
            self._nodes[node.spec.name] = node
            node.launch()
        wait_all_ready(added, timeout_s=_READY_TIMEOUT_S)
        for node in added:
            for name, text in node.spec.files_when_ready.items():
                node.write_file(name, text)

    def _make_known(self, specs: Sequence[NodeSpec]) -> None:
        """Has those that there are know of nodes that are about to come, some for the first time."""
        taken = self._site.addresses
        comers = [spec for spec in specs if spec.name not in self._site.roles]
        for name in addressed(specs):
            taken.setdefault(name, address(self._subnet, len(taken)))
        for spec in specs:
            self._site.ports[spec.name] = spec.ports
            self._site.roles[spec.name] = spec.role
        if self._site.hosts:
            with self._site.hosts.open("a") as hosts:
                hosts.writelines(f"{taken[spec.name]} {' '.join([spec.name, *spec.host_names])}\n" for spec in comers)
        for network in self._site.networks.values():
            network.reckon_with(comers)

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


def _hosts(path: Path) -> Path:
    """The file for host names, so far with this machine's own one alone; also for a server that gives up root."""
    path.write_text("127.0.0.1 localhost\n")
    path.chmod(0o644)
    return path


def _assert_named(specs: Iterable[NodeSpec], hosts: Path | None) -> None:
    """Checks that nodes which others reach by name can be reached so."""
    named = [spec.name for spec in specs if (spec.by_name or spec.host_names) and hosts is None]
    if named:
        raise EnvironmentUnfitError(
            f"{', '.join(named)}: others reach these by host name, and local processes have host names only where they "
            f"have networks of their own ({why_not() or 'this machine permits no mounts'}): use --backend docker, or "
            f"tell the others an address, as ${{{named[0]}}}"
        )


def _assert_apart(specs: Iterable[NodeSpec], switch: Switch | None) -> None:
    """Checks that nodes which find each other at 127.0.0.1 have networks in which they can be told apart."""
    if switch is None and (local := [spec.name for spec in specs if spec.localhost is not None]):
        raise EnvironmentUnfitError(
            f"{', '.join(local)}: these speak to 127.0.0.1 alone (localhost = true), which takes a network for each, "
            f"and local processes have none here ({why_not()}): use --backend docker"
        )


def _network(session: Session, resources: ExitStack) -> tuple[IPv4Network, Switch | None]:
    """The subnet of a deployment's nodes, and what connects their networks if they can have some."""
    if why_not():
        return IPv4Network(f"{resources.enter_context(leased_block())}.0/24"), None
    subnet = resources.enter_context(leased_subnet())
    switch = Switch(f"hn{session.id}-{next(_numbers)}", subnet)
    resources.callback(switch.close)
    return subnet, switch
