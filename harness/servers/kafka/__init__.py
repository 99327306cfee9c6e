"""The Kafka kind of server: its brokers, the view of the cluster, its targets and effects."""

from harness.servers.kafka.effects import full_isr, new_controller, new_coordinator, new_leader
from harness.servers.kafka.kind import Kafka, kafka
from harness.servers.kafka.targets import controller, coordinator, leader_holding, leading_controller

__all__ = [
    "Kafka",
    "controller",
    "coordinator",
    "full_isr",
    "kafka",
    "leader_holding",
    "leading_controller",
    "new_controller",
    "new_coordinator",
    "new_leader",
]
