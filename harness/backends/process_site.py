"""The facts that the local processes of one deployment share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.backends.namespaces import Switch
from harness.backends.protocol import Phase
from harness.backends.session import Session
from harness.topology.kinds import NodeKind, Program

if TYPE_CHECKING:
    from harness.backends.impairing import Network
    from harness.backends.process_node import ProcessNode


def folder_mode(kinds: Iterable[NodeKind]) -> int:
    """The mode of a folder of nodes: nobody else's, unless a user in root's place has to get through to his own."""
    return 0o711 if os.getuid() == 0 and any(kind.gives_up_root for kind in kinds) else 0o700


@dataclass(frozen=True)
class ProcessSite:
    """The facts that the nodes of one deployment share.

    Attributes:
        programs: what to launch for each kind.
        session: who owns the processes.
        folder: each node has its own inside.
        addresses: by node name.
        ports: by node name, its ports by name.
        switch: what connects the networks of the nodes; None if they have none of their own.
        hosts: the file in which the nodes find each other's names; None if they have no host names.
        roles: of all nodes that there ever were, by node name.
        nodes: those that there are, by name.
    """

    programs: Mapping[NodeKind, Program]
    session: Session
    folder: Path
    addresses: dict[str, str] = field(default_factory=dict)
    ports: dict[str, Mapping[str, int]] = field(default_factory=dict)
    switch: Switch | None = None
    hosts: Path | None = None
    roles: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, ProcessNode] = field(default_factory=dict)

    @property
    def networks(self) -> Mapping[str, Network]:
        """The networks of the nodes that have one of their own, by node name."""
        return {name: node.network for name, node in tuple(self.nodes.items()) if node.network}

    def running(self) -> frozenset[str]:
        """The names of the nodes whose process runs and is not paused."""
        nodes = tuple(self.nodes.items())
        return frozenset(name for name, node in nodes if node.state().phase is Phase.RUNNING)

    def endpoint(self, node: str, port: str) -> str:
        """The `host:port` of a node's port, the same for the harness as for the other nodes."""
        return f"{self.addresses[node]}:{self.ports[node][port]}"
