"""The Kafka kind of server: its brokers, the view of the cluster, its targets and effects."""

from harness.servers.kafka.effects import (
    full_isr,
    leads_nothing,
    new_controller,
    new_coordinator,
    new_leader,
    no_leader,
    out_of_sync,
)
from harness.servers.kafka.kind import Kafka, kafka
from harness.servers.kafka.targets import (
    controller,
    coordinator,
    follower_in_sync,
    followers_holding,
    leader_holding,
    leader_without_control,
    leading_controller,
    transaction_coordinator,
)

__all__ = [
    "Kafka",
    "controller",
    "coordinator",
    "follower_in_sync",
    "followers_holding",
    "full_isr",
    "kafka",
    "leader_holding",
    "leader_without_control",
    "leading_controller",
    "leads_nothing",
    "new_controller",
    "new_coordinator",
    "new_leader",
    "no_leader",
    "out_of_sync",
    "transaction_coordinator",
]
