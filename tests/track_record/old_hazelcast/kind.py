"""Members of Hazelcast 3 by value, and what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import httpx

from harness.backends.protocol import Node
from harness.clusters import Servers, View
from harness.topology.nodes import HttpReady, NodeSpec
from harness.topology.settings import Settings
from harness.topology.timings import Timings
from harness.waiting import until
from tests.track_record.old_release import old_release

PORT = 5701
_CONFIG = "hazelcast.xml"
_ANSWER_TIMEOUT_S = 30.0
_SIZE = re.compile(r"Members\s*(?:\{size:|\[)(\d+)")


class OldHazelcastView(View):
    """Asks the members over HTTP."""

    def url(self, node: Node, path: str) -> str:
        """The address of something that a member has, such as `maps/NAME/KEY`."""
        return f"http://{node.endpoint('member')}/hazelcast/rest/{path}"

    def size(self, node: Node) -> int:
        """How many members the cluster has, as a member says."""
        answer = httpx.get(self.url(node, "cluster"), timeout=_ANSWER_TIMEOUT_S, trust_env=False)
        found = _SIZE.search(answer.text)
        return int(found[1]) if found else 0

    def await_size(self, count: int, *, timeout_s: float) -> None:
        """Waits until all members that run say that there are so many.

        Raises:
            AwaitTimeoutError: they don't within `timeout_s` seconds.
        """
        until(
            f"{count} members of Hazelcast",
            lambda: [self.size(node) for node in self.running()],
            lambda sizes: bool(sizes) and set(sizes) == {count},
            timeout_s=timeout_s,
        )

    def await_formed(self, *, timeout_s: float) -> None:
        """Waits until all members are in each one's list."""
        self.await_size(len(self.nodes), timeout_s=timeout_s)


@dataclass(frozen=True)
class OldHazelcast(Servers[OldHazelcastView]):
    """`count` members of a release, with system properties of their own."""

    count: int
    version: str
    settings: Settings = ()

    @property
    def words(self) -> str:
        """The members in words."""
        return f"{self.count} Hazelcast {self.version} members"

    def nodes(self, timings: Timings) -> tuple[NodeSpec, ...]:
        """The members' node specs; their failure detectors are those of the release."""
        names = [f"old-{index}" for index in range(1, self.count + 1)]
        kind = old_release("hazelcast", Path(__file__).parent, "launch_old_hazelcast.py", self.version)
        return tuple(
            NodeSpec(
                name=name,
                role="hazelcast",
                index=index,
                kind=kind,
                ports={"member": PORT},
                ready=HttpReady("member", "/hazelcast/rest/cluster"),
                environment={
                    "HAZELCAST_CONFIG": f"${{file:{_CONFIG}}}",
                    "JAVA_OPTS": " ".join(f"-D{name}={value}" for name, value in _properties(name, self.settings)),
                },
                files={_CONFIG: _config(names)},
            )
            for index, name in enumerate(names, start=1)
        )

    def view(self, nodes: Sequence[Node]) -> OldHazelcastView:
        """The view of the members."""
        return OldHazelcastView(nodes)


def _properties(name: str, settings: Settings) -> Sequence[tuple[str, str]]:
    own = {"hazelcast.local.localAddress": f"${{{name}}}", "hazelcast.socket.bind.any": "false"}
    return tuple({**own, **dict(settings)}.items())


def _config(names: Sequence[str]) -> str:
    members = "".join(f"<member>{escape(f'${{{name}}}:{PORT}')}</member>" for name in names)
    return f"""<hazelcast xmlns="http://www.hazelcast.com/schema/config">
  <network>
    <port auto-increment="false">{PORT}</port>
    <join><multicast enabled="false"/><tcp-ip enabled="true">{members}</tcp-ip></join>
  </network>
</hazelcast>
"""
