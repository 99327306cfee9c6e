"""Hazelcast members of today with one port for everything, as they are shipped, or a port for each protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.backends.protocol import Node
from harness.clusters import Servers
from harness.servers.hazelcast import hazelcast
from harness.servers.hazelcast.view import HazelcastView
from harness.topology.nodes import NodeSpec
from harness.topology.settings import Settings
from harness.topology.timings import Timings

_PORT = 5701


@dataclass(frozen=True)
class Members(Servers[HazelcastView]):
    """Three members."""

    one_port: bool
    settings: Settings = ()

    @property
    def words(self) -> str:
        """The members in words."""
        return f"3 Hazelcast members with {'one port' if self.one_port else 'a port for each protocol'}"

    def nodes(self, timings: Timings) -> tuple[NodeSpec, ...]:
        """The members' node specs: those of the harness, on one port if that is wanted."""
        specs = hazelcast(3, settings=dict(self.settings)).nodes(timings)
        return tuple(map(_on_one_port, specs)) if self.one_port else specs

    def view(self, nodes: Sequence[Node]) -> HazelcastView:
        """The harness' own view."""
        return HazelcastView(nodes, {})


def _on_one_port(spec: NodeSpec) -> NodeSpec:
    return replace(
        spec,
        ports=dict.fromkeys(spec.ports, _PORT),
        files=_configs(spec.files),
        files_when_ready=_configs(spec.files_when_ready),
    )


def _configs(files: Mapping[str, str]) -> Mapping[str, str]:
    return {name: json.dumps({"hazelcast": _shared(json.loads(text)["hazelcast"])}) for name, text in files.items()}


def _shared(config: Mapping[str, object]) -> Mapping[str, object]:
    """A member's configuration, with what was asked of each port asked of the one."""
    shared = dict(config)
    apart = shared.pop("advanced-network")
    assert isinstance(apart, dict)
    rest = {"enabled": True, "endpoint-groups": apart["rest-server-socket-endpoint-config"]["endpoint-groups"]}
    port = {"port": _PORT, "auto-increment": False}
    return {**shared, "network": {"port": port, "rest-api": rest, "join": apart["join"]}}
