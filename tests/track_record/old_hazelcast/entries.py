"""Entries of a map, put and read over HTTP: an `add` for each key, and a `read` of all."""

from __future__ import annotations

import httpx

from harness.backends.protocol import Node
from harness.system import System
from tests.track_record.old_hazelcast.kind import OldHazelcast

_ANSWER_TIMEOUT_S = 60.0


class RestEntries:
    """A map under a name of its own."""

    def __init__(self, system: System) -> None:
        self._cluster = system.clusters[OldHazelcast]
        self._history = system.history
        self._map = f"maps/{system.new_name('entries')}"
        self._keys: list[str] = []

    def put(self, count: int, node: Node) -> None:
        """Puts so many more entries by a member; any refusal is an error."""
        client = self._history.client()
        with httpx.Client(timeout=_ANSWER_TIMEOUT_S, trust_env=False) as http:
            for number in range(len(self._keys), len(self._keys) + count):
                operation = client.invoke("add", key := f"key-{number}")
                http.post(self._url(node, key), content=key.encode()).raise_for_status()
                operation.ok(key)
                self._keys.append(key)

    def read(self, node: Node) -> None:
        """Reads all of them by a member."""
        operation = self._history.client().invoke("read")
        with httpx.Client(timeout=_ANSWER_TIMEOUT_S, trust_env=False) as http:
            answers = {key: http.get(self._url(node, key)).raise_for_status() for key in self._keys}
        operation.ok([key for key, answer in answers.items() if answer.content])

    def _url(self, node: Node, key: str) -> str:
        return self._cluster.url(node, f"{self._map}/{key}")
