"""Kafka's log by itself under load: producers and a group of consumers past any service, while brokers are lost."""

from dataclasses import replace

import pytest

from harness import (
    Bridge,
    Delay,
    Disconnect,
    HeldFrame,
    Isolate,
    Kill,
    LostAnswers,
    NarrowLink,
    Nemesis,
    OneWay,
    PacketLoss,
    Plan,
    System,
    all_but,
    assert_broken,
    assert_holds,
    assert_recovered,
    every,
    follow,
    other_than,
    together,
)
from harness.bounds import budget_s
from harness.checkers import availability, partition_log
from harness.effects import Effect
from harness.faults.protocol import Fault
from harness.servers.kafka import (
    controller,
    coordinator,
    follower_in_sync,
    full_isr,
    kafka,
    leader_holding,
    leader_without_control,
    leads_nothing,
    new_controller,
    new_coordinator,
    new_leader,
    out_of_sync,
    transaction_coordinator,
)
from harness.servers.kafka.assertions import assert_kept
from harness.servers.kafka.workloads.log import Log, Traffic
from harness.servers.kafka.workloads.producing import Sending
from harness.steps import Step
from harness.targets import Target

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
    pytest.mark.kafka,
    pytest.mark.system(kafka()),
]

BROKERS = ("kafka-1", "kafka-2", "kafka-3")
#: Of all producers together, and what has to be left of it over a run in which leaders are elected.
SENDS_A_SECOND, LEAST_A_SECOND = 1000, 200
#: The same where nobody acknowledges anything until all brokers are back.
LEAST_AFTER_AN_OUTAGE = 50
#: Acknowledged before a fault, while it is in force, and after it.
SENDS = 1000
#: How long it may take until all replicas are in sync again once a broker is put back, its start included, in seconds.
REDUNDANT_S = 60.0
#: A wait is this many times as long as usual where a budget says what is late.
PATIENCE = 3
#: By how much requests and answers are late, in seconds: a request waits for its answer for 1.5 s.
LATE_S = 0.3
#: How long a link is narrow, in seconds: longer than a record is kept that nobody takes.
NARROW_S = 8.0
#: How long answers are late or lost, in seconds: longer than a producer waits for them.
IN_FORCE_S = 2.0
UNDER_LOAD = Sending(a_second=SENDS_A_SECOND)
#: Without idempotence. What was not answered is still to be sent again, however long it takes to lose answers.
PATIENT = replace(UNDER_LOAD, acks="1", request_s=10.0)
#: Each transaction waits for its records, a coordinator and the leaders of its partitions, one after the other.
IN_TRANSACTIONS, LEAST_IN_TRANSACTIONS = Sending(a_second=SENDS_A_SECOND, transaction=20), 20
#: They last 2 s, much longer than their ends take. An end that is held has not timed out when its connection is reset.
LONG_TRANSACTIONS = Sending(a_second=60, transaction=120, request_s=10.0)
#: The key of the request that ends a transaction, EndTxn, and how long it is held, in seconds.
END_OF_A_TRANSACTION, LATE_END_S = 26, 5.0


def duty(log: Log, traffic: Traffic, name: str) -> tuple[Target, Effect]:
    """The broker that has a duty for this log now, and another one having it afterwards."""
    if name == "leader":
        return leader_holding(log.topic, traffic.partitions), new_leader(log.topic)
    if name == "coordinator":
        return coordinator(log.group), new_coordinator(log.group)
    if name == "follower":
        return follower_in_sync(log.topic, traffic.partitions), out_of_sync(log.topic)
    return controller, new_controller()


@pytest.mark.parametrize("name", ["leader", "follower", "coordinator", "controller"])
@pytest.mark.parametrize(
    "fault",
    [Kill(), pytest.param(Isolate(), marks=pytest.mark.needs(Isolate()))],
    ids=lambda fault: fault.name,
)
def test_a_log_under_load_survives_the_loss_of_brokers(
    system: System, faults: Nemesis, fault: Fault, name: str
) -> None:
    """Producers send a thousand records a second, and a group reads them; the broker that leads the fullest partition,
    is in sync with its leader, coordinates the group, or is the active controller, is killed, or cut off from the
    others, twice.
    Every acknowledged record stays where it was put, once, in the order of the sends, and no reader skips one. No
    partition is without an acknowledged send for much longer than the brokers' settings imply, nor does it take much
    longer until the others notice, and one of them has the duty; replicas are soon in sync when the broker is back.
    """
    log, patience_s = Log(system, sending=UNDER_LOAD), PATIENCE * system.timings.detection_s
    with log.traffic() as traffic:
        for _ in range(2):
            traffic.sends.await_acknowledged(SENDS)
            target, effect = duty(log, traffic, name)
            lost = faults.inject(fault, target).until(effect, timeout_s=patience_s)
            traffic.sends.await_acknowledged(SENDS)
            lost.undo().until(full_isr(log.topic), timeout_s=patience_s)
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_recovered(system.history, Step.DETECTION, effect.shows, redundancy_s=REDUNDANT_S)
    assert_holds(system.history, availability.check, f="send", each="log", within_s=budget_s(system.history.events))
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


def test_a_log_under_load_survives_a_rolling_restart(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, and a group reads them; the brokers are shut down in order and
    started again one after the other, each once all replicas are in sync.
    Every acknowledged record stays where it was put, once, in the order of the sends, and no reader skips one.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        follow(faults, system.history, Plan.in_turn("restart", BROKERS), settled=[full_isr(log.topic)], whole=True)
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.parametrize("target", [every("kafka"), all_but(controller)], ids=["all", "all but one"])
def test_what_was_acknowledged_survives_the_loss_of_most_brokers_at_once(
    system: System, faults: Nemesis, target: Target
) -> None:
    """Producers send a thousand records a second, and a group reads them; all brokers, or all but the active
    controller, are killed at the same moment, and started again.
    A record counts once two brokers have it, in the page cache at least, which outlives a process: all are there.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        faults.inject(Kill(), target).undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_AFTER_AN_OUTAGE)


@pytest.mark.needs(Isolate())
def test_a_leader_that_is_cut_off_and_acknowledges_alone_loses_records(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, which count once the leader has them (acks=1); the leader of the
    fullest partition is cut off from the others, which elect another one, and joined again.
    What it acknowledged meanwhile is cut off from its log when it follows the new leader, which has put other records
    there.
    """
    log = Log(system, sending=replace(UNDER_LOAD, acks="1"))
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        target = leader_holding(log.topic, traffic.partitions)
        faults.inject(Isolate(), target).until(new_leader(log.topic)).undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND, shows="lost write")


@pytest.mark.needs(OneWay())
@pytest.mark.parametrize(
    "fault", [OneWay("in"), pytest.param(OneWay("out"), marks=pytest.mark.quick)], ids=lambda fault: fault.direction
)
def test_a_log_under_load_survives_a_leader_that_is_deaf_or_mute(
    system: System, faults: Nemesis, fault: OneWay
) -> None:
    """Producers send a thousand records a second, and a group reads them; from the leader of the fullest partition
    nothing arrives at the other brokers any more, or nothing from them at it, while the other direction passes.
    The others elect another leader; every acknowledged record stays where it was put, once, in order.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        lost = faults.inject(fault, leader_holding(log.topic, traffic.partitions)).until(new_leader(log.topic))
        traffic.sends.await_acknowledged(SENDS)
        lost.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.quick
@pytest.mark.needs(Bridge())
def test_a_log_under_load_survives_a_leader_that_the_controller_does_not_hear(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, and a group reads them; the link between a leader and the active
    controller is cut, while the third broker reaches both.
    The leader, which a majority still hears, leads no more once the controller misses it; every acknowledged record
    stays where it was put, once, in order.
    """
    log = Log(system, sending=UNDER_LOAD)
    leader = leader_without_control(log.topic)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        parted = faults.inject(Bridge(), together(other_than(together(leader, controller)), leader, controller))
        parted.until(leads_nothing(log.topic, parted.nodes[1]))
        traffic.sends.await_acknowledged(SENDS)
        parted.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.quick
@pytest.mark.needs(PacketLoss())
def test_a_log_under_load_survives_a_leader_whose_packets_are_lost(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, and a group reads them; of the packets between the leader of the
    fullest partition and the other brokers half are lost.
    What arrives late is taken for dead, and comes back, again and again; every acknowledged record stays where it was
    put, once, in order.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        target = leader_holding(log.topic, traffic.partitions)
        lossy = faults.inject(PacketLoss(0.5), target).until(new_leader(log.topic))
        traffic.sends.await_acknowledged(SENDS)
        lossy.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.needs(NarrowLink())
def test_a_log_under_load_survives_a_leader_behind_a_narrow_link(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records of a kilobyte a second, and a group reads them; between the leader of the
    fullest partition and everybody else only a hundred kilobytes a second get through, and what is more is lost.
    What comes too late is sent again, or given up: every acknowledged record stays where it was put, once, in order.
    """
    log = Log(system, sending=replace(UNDER_LOAD, digits=1000))
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        narrow = faults.inject(NarrowLink(), leader_holding(log.topic, traffic.partitions)).lasting(NARROW_S)
        narrow.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.quick
@pytest.mark.needs(Delay(LATE_S))
@pytest.mark.parametrize("fault", [Delay(LATE_S), LostAnswers(), Disconnect()], ids=lambda fault: fault.name)
def test_a_log_under_load_survives_what_befalls_its_leaders_answers(
    system: System, faults: Nemesis, fault: Fault
) -> None:
    """Producers send a thousand records a second, and a group reads them; of the broker that leads the fullest
    partition the answers come late, or are lost although the requests got through, or all connections are reset, twice.
    Producers send again what the broker may have: every record that it acknowledged at last is there, and once.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        for _ in range(2):
            traffic.sends.await_acknowledged(SENDS)
            target = leader_holding(log.topic, traffic.partitions)
            faults.inject(fault, target).lasting(IN_FORCE_S).undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.needs(LostAnswers())
def test_what_is_sent_again_is_there_twice_where_nobody_knows_it_for_the_same(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, without idempotence (acks=1); the answers of the broker that leads
    the fullest partition are lost, although the requests got through, and then its connections are reset.
    Nothing that was acknowledged is lost. What the producers sent again is there twice, as their documentation says.
    """
    log = Log(system, sending=PATIENT)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        faults.inject(LostAnswers(), leader_holding(log.topic, traffic.partitions)).undo()
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND, shows="duplicate")


@pytest.mark.guarantee("transactions are all or nothing")
@pytest.mark.parametrize("name", ["leader", pytest.param("coordinator", marks=pytest.mark.quick)])
def test_transactions_under_load_are_all_or_nothing(system: System, faults: Nemesis, name: str) -> None:
    """Producers send transactions of ten records, and give some up; a group reads what is committed. The broker that
    leads the fullest partition, or coordinates the first producer's transactions, is killed, twice.
    Every record of a committed transaction is there, once, in order; of one that was given up none is ever read.
    """
    log = Log(system, sending=IN_TRANSACTIONS)
    with log.traffic() as traffic:
        for _ in range(2):
            traffic.sends.await_acknowledged(SENDS // 4)
            leader = leader_holding(log.topic, traffic.partitions)
            target = transaction_coordinator(log.name_of(0)) if name == "coordinator" else leader
            lost = faults.inject(Kill(), target).until(new_leader(log.topic))
            traffic.sends.await_acknowledged(SENDS // 4)
            lost.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS // 4)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_IN_TRANSACTIONS)


@pytest.mark.quick
@pytest.mark.guarantee("transactions are all or nothing")
@pytest.mark.needs(HeldFrame(LATE_END_S))
def test_the_end_of_a_transaction_that_comes_late_ends_a_later_one(system: System, faults: Nemesis) -> None:
    """A producer sends long transactions. The request that ends one is held up on its way, and its connection is reset;
    the producer asks again on another one, and goes on. Three times.
    What is held commits, when it comes at last, what is there of a later transaction, which its producer can't commit
    any more: it is read all the same (KAFKA-17754; docs/track-record.md).
    """
    log = Log(system, sending=LONG_TRANSACTIONS)
    with log.traffic(producers=1) as traffic:
        for _ in range(3):
            traffic.sends.await_acknowledged(LONG_TRANSACTIONS.transaction)
            target = transaction_coordinator(log.name_of(0))
            late = faults.inject(HeldFrame(LATE_END_S, key=END_OF_A_TRANSACTION), target)
            faults.inject(Disconnect(), target)
            late.undo()
        traffic.sends.await_acknowledged(LONG_TRANSACTIONS.transaction)

    log.read()
    assert_broken(system.history, partition_log.check, "aborted read")
