"""Effects in a Hazelcast cluster: what its members have to show after a fault."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.backends.protocol import Node
from harness.clusters import Clusters
from harness.effects import Effect
from harness.servers.hazelcast.kind import Hazelcast
from harness.steps import Step

#: What a member logs of a merge, which it does when it has rejoined.
_MERGE = re.compile(r" is (MERGING|MERGED|MERGE_FAILED)$", re.MULTILINE)


def member_list_of(size: int) -> Effect:
    """Every running Hazelcast node lists exactly `size` members."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        sizes = clusters[Hazelcast].sizes()
        return sizes if set(sizes.values()) == {size} else None

    return Effect("members", f"a Hazelcast member list of {size}", probe)


def split_off() -> Effect:
    """Each hurt Hazelcast member lists itself alone, and the others no longer list it."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        sizes = clusters[Hazelcast].sizes()
        alone = {node.spec.name for node in hurt}
        wanted = {name: 1 if name in alone else len(sizes) - len(alone) for name in sizes}
        return sizes if sizes == wanted else None

    return Effect("split", "a split of the Hazelcast cluster", probe)


def new_owner(structure: str) -> Effect:
    """A member that was not hurt owns the partition of a key, or of a queue or another structure, by those like it."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        owner = clusters[Hazelcast].owner_without(hurt, structure)
        return owner and owner.spec.name

    return Effect("owner", f"a new owner of {structure}", probe, Step.LEADER)


def partitions_safe() -> Effect:
    """Every backup of the Hazelcast cluster is in place again."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        return clusters[Hazelcast].is_safe()

    return Effect("safe", "the Hazelcast partitions to be safe", probe, Step.REDUNDANCY)


def merged() -> Effect:
    """Each hurt Hazelcast member has merged what it had into the cluster of the others, by its own log.

    It is in their member list before that: entries come last (LifecycleState.MERGED, com.hazelcast.core).
    """

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        last = {node.spec.name: _MERGE.findall(node.logs())[-1:] for node in hurt}
        return sorted(last) if all(states == ["MERGED"] for states in last.values()) else None

    return Effect("merged", "the members that were cut off to have merged", probe)
