"""Items of queues, offered and taken over HTTP: an `add` for each item, and a `read` of all that come out."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from harness.backends.protocol import Node
from harness.system import System
from tests.track_record.old_hazelcast.kind import OldHazelcast

_ANSWER_TIMEOUT_S = 60.0
#: How long a member waits for an item before it says that there is none, in seconds.
_PATIENCE_S = 1


class RestQueues:
    """Queues under names of their own."""

    def __init__(self, system: System) -> None:
        self._cluster = system.clusters[OldHazelcast]
        self._system = system
        self._names: list[str] = []

    def offer(self, count: int, node: Node) -> None:
        """Offers an item to each of so many new queues by a member; any refusal is an error."""
        client = self._system.history.client()
        with httpx.Client(timeout=_ANSWER_TIMEOUT_S, trust_env=False) as http:
            for _ in range(count):
                self._names.append(name := self._system.new_name("queue"))
                operation = client.invoke("add", item := f"item of {name}")
                http.post(self._url(node, name), content=item.encode()).raise_for_status()
                operation.ok(item)

    def take(self, node: Node) -> None:
        """Takes what each queue has by a member, until there is nothing left."""
        operation = self._system.history.client().invoke("read")
        with httpx.Client(timeout=_ANSWER_TIMEOUT_S, trust_env=False) as http:
            operation.ok([item for name in self._names for item in self._taken(http, node, name)])

    def _taken(self, http: httpx.Client, node: Node, name: str) -> Sequence[str]:
        taken: list[str] = []
        while item := http.delete(f"{self._url(node, name)}/{_PATIENCE_S}").raise_for_status().content:
            taken.append(item.decode())
        return taken

    def _url(self, node: Node, name: str) -> str:
        return self._cluster.url(node, f"queues/{name}")
