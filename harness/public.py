"""The names that a scenario or a foreign suite imports from `harness`; nothing else is public."""

from harness.assertions import assert_delivered_and_aggregated, assert_holds
from harness.faults import Isolate, Kill, Pause, Restart, Stop
from harness.faults.nemesis import Injected, Nemesis
from harness.messages.system import System
from harness.servers.hazelcast.effects import member_list_of, partitions_safe, split_off
from harness.servers.hazelcast.targets import lowest_ip, oldest_member, owner_of, saying_who_owns
from harness.servers.kafka.effects import full_isr, new_controller, new_coordinator, new_leader
from harness.servers.kafka.targets import controller, coordinator, leader_holding, leading_controller
from harness.servers.postgres.effects import store_answers
from harness.targets import every, node, other_than, some, together

__all__ = [
    "Injected",
    "Isolate",
    "Kill",
    "Nemesis",
    "Pause",
    "Restart",
    "Stop",
    "System",
    "assert_delivered_and_aggregated",
    "assert_holds",
    "controller",
    "coordinator",
    "every",
    "full_isr",
    "leader_holding",
    "leading_controller",
    "lowest_ip",
    "member_list_of",
    "new_controller",
    "new_coordinator",
    "new_leader",
    "node",
    "oldest_member",
    "other_than",
    "owner_of",
    "partitions_safe",
    "saying_who_owns",
    "some",
    "split_off",
    "store_answers",
    "together",
]
