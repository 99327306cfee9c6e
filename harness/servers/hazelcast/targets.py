"""Targets of a Hazelcast cluster: which member to break, asked of the cluster at the moment of the fault."""

from __future__ import annotations

import ipaddress

from harness.clusters import Clusters
from harness.errors import InconclusiveError
from harness.servers.hazelcast.kind import Hazelcast
from harness.targets import Picked, Target


def lowest_ip(clusters: Clusters) -> Picked:
    """The Hazelcast member with the lowest IP address, compared as numbers (10.0.0.9 is below 10.0.0.10)."""
    members = clusters[Hazelcast].members()
    lowest = min(members, key=lambda node: ipaddress.ip_address(node.address))
    addresses = ", ".join(sorted((n.address for n in members), key=lambda a: int(ipaddress.ip_address(a))))
    return Picked((lowest,), f"{lowest.address} is the lowest of the members' addresses {addresses}")


def oldest_member(clusters: Clusters) -> Picked:
    """The oldest Hazelcast member, which is the cluster's master."""
    return Picked((clusters[Hazelcast].members()[0],), "it is the oldest member, the master")


def one_of_each_zone(clusters: Clusters) -> Picked:
    """A Hazelcast member of each zone (partition group): the oldest that is there."""
    view = clusters[Hazelcast]
    groups = view.partition_groups()
    if not groups:
        raise InconclusiveError("the Hazelcast members are in no zones: each of them is a partition group by itself")
    names = [member.spec.name for member in view.members()]
    chosen = [next((name for name in names if name in group), None) for group in groups]
    if None in chosen:
        zones = "; ".join(", ".join(group) for group in groups)
        raise InconclusiveError(f"a zone has no member any more: of the zones {zones} there are {', '.join(names)}")
    zones = " and ".join(", ".join(group) for group in groups)
    return Picked(tuple(clusters.nodes[name] for name in chosen if name), f"one of each zone, of {zones}, the oldest")


def owner_of(structure: str) -> Target:
    """The Hazelcast member that owns the partition of a queue (or another structure in one partition)."""

    def pick(clusters: Clusters) -> Picked:
        partition = clusters[Hazelcast].partition_of(structure)
        return Picked((clusters[Hazelcast].owner_of(partition),), f"it owns partition {partition}, that of {structure}")

    return pick


def saying_who_owns(structure: str, target: Target) -> Target:
    """The nodes that `target` picks, with a word on which member owns the partition of a queue or another structure."""

    def pick(clusters: Clusters) -> Picked:
        picked = target(clusters)
        owner = clusters[Hazelcast].owner_of(clusters[Hazelcast].partition_of(structure))
        who = "it owns" if owner in picked.nodes else f"{owner.spec.name}, not it, owns"
        return Picked(picked.nodes, f"{picked.why}; {who} {structure}")

    return pick
