"""The Hazelcast kind of server: its members, the view of the cluster, its targets, effects, workloads and checkers."""

from harness.servers.hazelcast.effects import member_list_of, merged, new_owner, partitions_safe, split_off
from harness.servers.hazelcast.kind import Hazelcast, hazelcast
from harness.servers.hazelcast.targets import lowest_ip, oldest_member, one_of_each_zone, owner_of, saying_who_owns

__all__ = [
    "Hazelcast",
    "hazelcast",
    "lowest_ip",
    "member_list_of",
    "merged",
    "new_owner",
    "oldest_member",
    "one_of_each_zone",
    "owner_of",
    "partitions_safe",
    "saying_who_owns",
    "split_off",
]
