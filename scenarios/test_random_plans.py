"""Random plans: faults of several kinds, one after the other, while clients are at work all the time."""

from collections.abc import Sequence

import pytest

from harness import Draw, Nemesis, Plan, System, follow
from harness.effects import Effect
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.servers.hazelcast import partitions_safe
from harness.servers.kafka import controller, coordinator, full_isr, kafka, leader_holding
from harness.servers.kafka.assertions import assert_kept
from harness.servers.kafka.workloads.log import Log
from harness.servers.kafka.workloads.producing import Sending

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
]

#: Where a group keeps what it has committed.
OFFSETS = "__consumer_offsets"
BROKERS = ("kafka-1", "kafka-2", "kafka-3")


@pytest.mark.kafka
@pytest.mark.system(kafka())
@pytest.mark.nemesis(
    Draw(faults=("kill", "stop", "pause", "isolate"), targets=("leader", "controller", "coordinator", *BROKERS))
)
def test_a_log_keeps_what_it_acknowledged_whatever_befalls_its_brokers(
    plan: Plan, system: System, faults: Nemesis
) -> None:
    """Producers send a thousand records a second, each by a client that is thrown away every eight seconds with what it
    has under way, and a group reads them, while a random plan breaks one broker after the other. Once all are whole,
    sends are acknowledged again.
    Every acknowledged record stays where it was put, once, in the order of the sends, and no reader skips one.
    """
    log = Log(system, sending=Sending(a_second=1000, lives_s=8))
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(1000)
        leader = leader_holding(log.topic, traffic.partitions)
        targets = {"leader": leader, "controller": controller, "coordinator": coordinator(log.group)}
        follow(faults, system.history, plan, targets, settled=[full_isr(log.topic)])
        traffic.sends.await_acknowledged(1000)

    log.read()
    assert_kept(system.history, least_a_second=50)


def keeping(system: MessageSystem, faults: Nemesis, plan: Plan, settled: Sequence[Effect]) -> None:
    """Posts and GETs while the plan is followed, and after it; then demands all that a system promises."""
    with system.traffic() as traffic:
        traffic.await_answers(20)
        targets = {name: target for name, (target, _) in system.targets.items()}
        follow(faults, system.history, plan, targets, settled=settled)
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.kafka
@pytest.mark.system(messages())
@pytest.mark.nemesis(Draw(faults=("kill", "stop", "pause"), targets=("leader", "controller", "logging-1", *BROKERS)))
def test_over_kafka_no_message_is_lost_whatever_befalls_the_system(
    plan: Plan, system: MessageSystem, faults: Nemesis
) -> None:
    """Under posts and GETs, a random plan breaks brokers and a logging instance, one after the other. Once all are
    whole, posts are acknowledged again.
    Every acknowledged message reaches a messages instance, and GET shows it.
    """
    keeping(system, faults, plan, [full_isr(system.topic), full_isr(OFFSETS)])


@pytest.mark.hazelcast
@pytest.mark.system(messages("hazelcast"))
@pytest.mark.nemesis(Draw(faults=("kill", "stop", "pause"), targets=("owner", "oldest", "lowest-ip", "logging-1")))
def test_over_hazelcast_no_message_is_lost_whatever_befalls_the_system(
    plan: Plan, system: MessageSystem, faults: Nemesis
) -> None:
    """Under posts and GETs, a random plan breaks members and a logging instance, one after the other, each once the
    others have copies of all again. Once all are whole, posts are acknowledged again.
    Every acknowledged message reaches a messages instance, and GET shows it.
    """
    keeping(system, faults, plan, [partitions_safe()])
