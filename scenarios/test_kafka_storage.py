"""Kafka's log by itself under load, while brokers lose what they have stored, or room, time, or the time of day."""

import pytest

from harness import Clock, FullDisk, Nemesis, Slow, Stop, System, Wipe, node, other_than
from harness.servers.kafka import full_isr, kafka, leader_holding, new_leader
from harness.servers.kafka.assertions import assert_kept
from harness.servers.kafka.faults import torn_log
from harness.servers.kafka.workloads.log import Log
from harness.servers.kafka.workloads.producing import Sending

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
    pytest.mark.kafka,
]

#: Of all producers together, and what has to be left of it over a run in which leaders are elected.
UNDER_LOAD, LEAST_A_SECOND = Sending(a_second=1000), 200
#: The same where one of them takes its time.
LEAST_WITH_A_SLOW_ONE = 50
#: Acknowledged before a fault, while it is in force, and after it.
SENDS = 1000
HOUR_S = 3600.0
#: Each record has one copy, and no other broker is waited for.
ALONE = {"default.replication.factor": "1", "min.insync.replicas": "1"}


@pytest.mark.system(kafka())
@pytest.mark.needs(Wipe())
@pytest.mark.quick
def test_a_follower_that_lost_its_disk_gets_all_of_the_log_again(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, and a group reads them; a broker that follows the leader of the
    fullest partition is killed, and comes back with an empty disk.
    Every acknowledged record is there, once, in order.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        wiped = faults.inject(Wipe(), other_than(leader_holding(log.topic, traffic.partitions)))
        wiped.until(new_leader(log.topic))
        traffic.sends.await_acknowledged(SENDS)
        wiped.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.system(kafka())
@pytest.mark.needs(Wipe())
def test_every_disk_can_be_replaced_in_turn(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, and a group reads them; one broker after the other is killed, and
    comes back with an empty disk, each once all replicas are in sync. At last each has another disk than at first.
    Every acknowledged record is there, once, in order: each has been given to two new disks.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        for name in ("kafka-1", "kafka-2", "kafka-3"):
            traffic.sends.await_acknowledged(SENDS)
            faults.inject(Wipe(), node(name)).until(new_leader(log.topic)).undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.system(kafka())
@pytest.mark.needs(torn_log("any"))
@pytest.mark.parametrize(
    "inverted", [pytest.param(False, id="cut off", marks=pytest.mark.quick), pytest.param(True, id="inverted")]
)
def test_what_a_leader_lost_of_its_log_the_others_have(system: System, faults: Nemesis, inverted: bool) -> None:
    """Producers send a thousand records a second to one partition, and a group reads them; its leader is killed, and
    the end of its log is cut off, or spoilt. The others go on, and it follows them when it is back.
    Every acknowledged record is there, once, in order: two more brokers had it.
    """
    log = Log(system, partitions=1, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        torn = faults.inject(torn_log(log.topic, inverted=inverted), leader_holding(log.topic, traffic.partitions))
        torn.until(new_leader(log.topic))
        traffic.sends.await_acknowledged(SENDS)
        torn.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.system(kafka(disk_mb=128))
@pytest.mark.needs(FullDisk())
@pytest.mark.quick
def test_a_leader_without_room_on_its_disk_gives_way(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, and a group reads them; the disk of the broker that leads the fullest
    partition is full, and it ends. Others lead, and it follows them once there is room again.
    Every acknowledged record is there, once, in order.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        filled = faults.inject(FullDisk(), leader_holding(log.topic, traffic.partitions)).until(new_leader(log.topic))
        traffic.sends.await_acknowledged(SENDS)
        filled.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.system(kafka())
@pytest.mark.needs(Slow())
@pytest.mark.quick
def test_a_leader_that_is_slow_loses_nothing(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, and a group reads them; the broker that leads the fullest partition
    has a twentieth of the processors' time, for ten seconds.
    Every acknowledged record is there, once, in order, whether that broker leads all the while or not.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        slow = faults.inject(Slow(0.05), leader_holding(log.topic, traffic.partitions)).lasting(10)
        slow.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_WITH_A_SLOW_ONE)


@pytest.mark.system(kafka(clock=True))
@pytest.mark.needs(Clock(HOUR_S))
@pytest.mark.quick
@pytest.mark.parametrize("seconds", [HOUR_S, -HOUR_S], ids=["ahead", "behind"])
def test_a_leader_with_the_wrong_time_loses_nothing(system: System, faults: Nemesis, seconds: float) -> None:
    """Producers send a thousand records a second, and a group reads them; the wall clock of the broker that leads the
    fullest partition is an hour ahead, or behind, for a while.
    Every acknowledged record is there, once, in order.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(SENDS)
        wrong = faults.inject(Clock(seconds), leader_holding(log.topic, traffic.partitions)).lasting(5)
        traffic.sends.await_acknowledged(SENDS)
        wrong.undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND)


@pytest.mark.system(kafka(settings=ALONE))
@pytest.mark.needs(Wipe())
def test_what_the_only_replica_stored_is_lost_with_its_disk(system: System, faults: Nemesis) -> None:
    """Producers send a thousand records a second, each of which is stored once (replication.factor=1); the broker of
    the fullest partition is killed, and comes back with an empty disk. Once it is started again, if not before, it is
    elected as the last known leader, though unclean elections are not permitted: other records are then in the places
    of those that it had acknowledged.
    """
    log = Log(system, sending=UNDER_LOAD)
    with log.traffic(consumers=0) as traffic:
        traffic.sends.await_acknowledged(SENDS)
        wiped = faults.inject(Wipe(), leader_holding(log.topic, traffic.partitions)).undo()
        faults.inject(Stop(), node(wiped.node.spec.name)).undo().until(full_isr(log.topic))
        traffic.sends.await_acknowledged(SENDS)

    log.read()
    assert_kept(system.history, least_a_second=LEAST_A_SECOND, shows="inconsistent offset")
