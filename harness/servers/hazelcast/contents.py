"""Shows what a map and a queue hold now, and whose the entries are: to explain what happened, not to decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.view import HazelcastView


@dataclass(frozen=True)
class Entry:
    """An entry of a map as it is now.

    Attributes:
        partition: of its key.
        owner: the member that owns the partition.
        value: None if the map has no such key.
    """

    partition: int
    owner: str
    value: Any


def entries(view: HazelcastView, name: str, keys: Iterable[str]) -> Mapping[str, Entry]:
    """The entries of these keys in a map, by key.

    Raises:
        InconclusiveError: no member runs.
    """
    asked = list(keys)
    with connect(view.nodes) as client:
        values: dict[str, Any] = cast("Any", client.get_map(name).blocking()).get_all(asked)
    partitions = {key: view.partition_of(key) for key in asked}
    owners = view.owners_of(partitions.values())
    return {key: Entry(at, owners[at].spec.name, values.get(key)) for key, at in partitions.items()}


def items(view: HazelcastView, name: str) -> Sequence[Any]:
    """The items of a queue, in their order.

    Raises:
        InconclusiveError: no member runs.
    """
    with connect(view.nodes) as client:
        return list(client.get_queue(name).blocking().iterator())


def shares(view: HazelcastView) -> Mapping[str, Sequence[int]]:
    """The partitions that each member owns now, by its name.

    Raises:
        AwaitTimeoutError: one has no owner among the members for some seconds.
    """
    owned: dict[str, list[int]] = {}
    for partition, owner in sorted(view.owners_of(range(view.partition_count)).items()):
        owned.setdefault(owner.spec.name, []).append(partition)
    return owned
