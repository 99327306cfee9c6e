"""The map workload: keys that are put into a Hazelcast map by a client of its own, and read back.

Guarantee under test: what may be lost follows from the number of copies and of members lost at once; see
`harness.checkers.partitions`. Operations recorded:

    add     a key
    read    ok: all keys
"""

from __future__ import annotations

from typing import Any

from harness.clusters.hazelcast import HazelcastView, connect
from harness.history import History
from harness.waiting import until

_READ_TIMEOUT_S = 20.0


class Keys:
    """A map and its keys."""

    def __init__(self, view: HazelcastView, name: str, history: History) -> None:
        self._view = view
        self._name = name
        self._history = history

    def put(self, count: int) -> None:
        """Puts keys key-0 to key-<count - 1> and records who owns each."""
        client = self._history.client()
        with connect(self._view.nodes) as hazelcast:
            entries: Any = hazelcast.get_map(self._name).blocking()
            for number in range(count):
                operation = client.invoke("add", f"key-{number}")
                entries.set(f"key-{number}", f"value-{number}")
                operation.ok(f"key-{number}")
        self._history.event("owners", {"keys": self._owners(count)})
        self._note_shares(count)

    def read(self) -> None:
        """Reads all keys, once a member answers, and records how many each member owns now."""
        operation = self._history.client().invoke("read")
        with connect(self._view.nodes) as hazelcast:
            keys: list[str] = until(
                f"the keys of {self._name}",
                lambda: _all(hazelcast.get_map(self._name).blocking()),
                lambda _: True,
                timeout_s=_READ_TIMEOUT_S,
                passing=(Exception,),
            )
        operation.ok(keys)
        self._note_shares(len(keys))

    def _note_shares(self, count: int) -> None:
        """Records how many keys each running member owns, once the cluster has told its clients who owns what."""
        shares = until(
            f"all {count} keys to have an owner that runs",
            lambda: self._view.keys_per_member(self._name),
            lambda shares: sum(shares.values()) == count,
            timeout_s=_READ_TIMEOUT_S,
        )
        self._history.event("keys-per-member", dict(shares))

    def _owners(self, count: int) -> dict[str, tuple[int, str]]:
        partitions = {f"key-{number}": self._view.partition_of(f"key-{number}") for number in range(count)}
        return {key: (p, self._view.owner_of(p).spec.name) for key, p in partitions.items()}


def _all(entries: Any) -> list[str]:
    return sorted(entries.key_set())
