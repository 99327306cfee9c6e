"""The names that a scenario or a foreign suite imports from `harness`; nothing else is public."""

from harness.effects import (
    full_isr,
    member_list_of,
    new_controller,
    new_coordinator,
    new_leader,
    partitions_safe,
    split_off,
    store_answers,
)
from harness.faults import Isolate, Kill, Pause, Restart, Stop
from harness.faults.nemesis import Injected, Nemesis
from harness.judgement import assert_delivered_and_aggregated, assert_holds
from harness.system import System
from harness.targets import (
    controller,
    coordinator,
    every,
    leader_holding,
    leading_controller,
    lowest_ip,
    node,
    oldest_member,
    other_than,
    owner_of,
    saying_who_owns,
    some,
    together,
)

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
