"""Targets of a Hazelcast cluster: which member to break, asked of the cluster at the moment of the fault."""

from __future__ import annotations

import ipaddress

from harness.clusters import Clusters
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
