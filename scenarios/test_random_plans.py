"""Random plans: faults of several kinds, one after the other, while clients are at work all the time."""

from collections.abc import Mapping, Sequence

import pytest

from harness import Draw, Nemesis, Plan, System, assert_holds, follow
from harness.checkers import bounded_queue, counter, effective_settings, load
from harness.effects import Effect
from harness.load import Tally
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.servers.hazelcast import hazelcast, lowest_ip, member_list_of, oldest_member, owner_of, partitions_safe
from harness.servers.hazelcast.assertions import assert_registers
from harness.servers.hazelcast.spec import UNBOUNDED
from harness.servers.hazelcast.workloads.counters import Counter
from harness.servers.hazelcast.workloads.queues import Queue
from harness.servers.hazelcast.workloads.registers import Registers
from harness.servers.kafka import controller, coordinator, full_isr, kafka, leader_holding
from harness.servers.kafka.assertions import assert_kept
from harness.servers.kafka.workloads.log import Log
from harness.servers.kafka.workloads.producing import Sending
from harness.targets import Target

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
]

BROKERS = ("kafka-1", "kafka-2", "kafka-3")
MEMBERS = ("hazelcast-1", "hazelcast-2", "hazelcast-3")
FAULTS = ("kill", "stop", "pause", "isolate")
#: Where a group keeps what it has committed.
OFFSETS = "__consumer_offsets"


def sending(system: System, faults: Nemesis, plan: Plan, sends: Sending, *, acknowledged: int, least: int) -> None:
    """Sends and reads while the plan is followed, and after it; then demands all that a log promises.

    Args:
        system: where the log is.
        faults: who follows the plan.
        plan: what is broken.
        sends: how producers send.
        acknowledged: so many sends before the plan, and after it.
        least: how many have to be acknowledged a second in the mean.
    """
    log = Log(system, sending=sends)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(acknowledged)
        leader = leader_holding(log.topic, traffic.partitions)
        targets = {"leader": leader, "controller": controller, "coordinator": coordinator(log.group)}
        follow(faults, system.history, plan, targets, settled=[full_isr(log.topic)])
        traffic.sends.await_acknowledged(acknowledged)

    log.read()
    assert_kept(system.history, least_a_second=least)


@pytest.mark.kafka
@pytest.mark.system(kafka())
@pytest.mark.nemesis(Draw(FAULTS, targets=("leader", "controller", "coordinator", *BROKERS)))
def test_a_log_keeps_what_it_acknowledged_whatever_befalls_its_brokers(
    plan: Plan, system: System, faults: Nemesis
) -> None:
    """Producers send a thousand records a second, each by a client that is thrown away every eight seconds with what it
    has under way, and a group reads them, while a random plan breaks one broker after the other. Once all are whole,
    sends are acknowledged again.
    Every acknowledged record stays where it was put, once, in the order of the sends, and no reader skips one.
    """
    sending(system, faults, plan, Sending(a_second=1000, lives_s=8), acknowledged=1000, least=50)


@pytest.mark.guarantee("transactions are all or nothing")
@pytest.mark.kafka
@pytest.mark.system(kafka())
@pytest.mark.nemesis(Draw(FAULTS, targets=("leader", "controller", "coordinator", *BROKERS)))
def test_transactions_are_all_or_nothing_whatever_befalls_their_brokers(
    plan: Plan, system: System, faults: Nemesis
) -> None:
    """Producers send transactions of twenty records, and give some up; a group reads what is committed, while a random
    plan breaks one broker after the other. Once all are whole, transactions are committed again.
    Every record of a committed transaction is there, once, in order; of one that was given up none is ever read.
    """
    sending(system, faults, plan, Sending(a_second=1000, transaction=20), acknowledged=250, least=5)


def working(system: System, faults: Nemesis, plan: Plan, operations: Tally, targets: Mapping[str, Target]) -> None:
    """Has clients of members answered before the plan is followed, and again once all members are whole after it.

    Args:
        system: where the clients are at work.
        faults: who follows the plan.
        plan: what is broken.
        operations: of the clients.
        targets: what the plan's names mean that are of no node.
    """
    operations.await_acknowledged(300)
    follow(faults, system.history, plan, targets, settled=[member_list_of(3), partitions_safe()])
    operations.await_acknowledged(300)


@pytest.mark.guarantee("every read is right")
@pytest.mark.hazelcast
@pytest.mark.system(hazelcast())
@pytest.mark.nemesis(Draw(FAULTS, targets=("oldest", "lowest-ip", *MEMBERS)))
def test_registers_are_registers_whatever_befalls_their_members(plan: Plan, system: System, faults: Nemesis) -> None:
    """Clients of every member read, write and replace at five keys of a map that a majority alone serves, while a
    random plan breaks one member after the other, each once the others have copies of all again. Once all are whole,
    clients are answered again.
    Every read returns what a single register could have held at some moment while it lasted.
    """
    registers = Registers(system)
    with registers.traffic(a_second=300) as operations:
        targets = {"oldest": oldest_member, "lowest-ip": lowest_ip}
        working(system, faults, plan, operations, targets)

    assert_holds(system.history, load.check, f="read", least_a_second=30)
    assert_registers(system.history)


@pytest.mark.guarantee("no update is lost")
@pytest.mark.hazelcast
@pytest.mark.system(hazelcast())
@pytest.mark.nemesis(Draw(FAULTS, targets=("owner", "oldest", *MEMBERS)))
def test_a_counter_counts_right_whatever_befalls_its_members(plan: Plan, system: System, faults: Nemesis) -> None:
    """Clients of every member read the value at one key of a map that a majority alone serves, and replace it by the
    next one, while a random plan breaks one member after the other, each once the others have copies of all again. Once
    all are whole, clients are answered again.
    Each read has all increments that were acknowledged before it, and none twice.
    """
    counted = Counter(system)
    with counted.traffic(a_second=150) as operations:
        targets = {"owner": owner_of(counted.key), "oldest": oldest_member}
        working(system, faults, plan, operations, targets)

    counted.read()
    assert_holds(system.history, effective_settings.check)
    assert_holds(system.history, load.check, f="increment", least_a_second=15)
    assert_holds(system.history, counter.check)


@pytest.mark.guarantee("each item comes out once")
@pytest.mark.hazelcast
@pytest.mark.system(hazelcast())
@pytest.mark.nemesis(Draw(FAULTS, targets=("owner", "oldest", *MEMBERS)))
def test_a_queue_keeps_what_it_acknowledged_whatever_befalls_its_members(
    plan: Plan, system: System, faults: Nemesis
) -> None:
    """Clients of every member offer numbers to one queue that a majority alone serves, and take them out again, but for
    some that stay, while a random plan breaks one member after the other, each once the others have copies of all
    again. Once all are whole, clients are answered again, and then all is taken out.
    Each item that was acknowledged comes out, once, and nobody finds the queue empty before.
    """
    queue = Queue(system)
    with queue.traffic(a_second=300) as operations:
        targets = {"owner": owner_of(queue.name), "oldest": oldest_member}
        working(system, faults, plan, operations, targets)

    queue.drain()
    assert_holds(system.history, load.check, f="take", least_a_second=15)
    assert_holds(system.history, bounded_queue.check, bound=UNBOUNDED, refusal="SplitBrainProtectionError")


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
