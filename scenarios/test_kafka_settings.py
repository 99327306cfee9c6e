"""What settings of Kafka cost: each is declared, what it permits is provoked, and has to come: a loss, or refusals."""

from statistics import mode

import pytest

from harness import Kill, Nemesis, Pause, PeerPartition, other_than
from harness.faults.nemesis import Injected
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.moments import demand_in_flight
from harness.messages.needs import GROUP, PLACES, at_least
from harness.messages.posted import Posted
from harness.servers.hazelcast import hazelcast
from harness.servers.kafka import (
    Kafka,
    followers_holding,
    full_isr,
    kafka,
    leader_holding,
    new_leader,
    no_leader,
    out_of_sync,
)
from harness.waiting import until

pytestmark = [pytest.mark.faulttolerance, pytest.mark.guarantee("what these settings cost")]

#: Enough that each of the three partitions gets some: one of 200 000 batches leaves a given one out.
MANY = 30
#: Two replicas, of which one in sync is enough.
ONE_OF_TWO = {"default.replication.factor": "2", "min.insync.replicas": "1"}
#: Records are deleted a second after they were sent, and not only every five minutes, from half a minute after a
#: broker's start on, as by default.
BRIEF = {
    "log.retention.ms": "1000",
    "log.retention.check.interval.ms": "500",
    "log.initial.task.delay.ms": "500",
}


def replicas(count: int, *, in_sync: int, unclean: bool = False) -> pytest.MarkDecorator:
    """A system whose topic has so many replicas, of which so many have to be in sync; consumers start later.

    With two on three brokers one may be out of sync and another one gone: two of three controllers are left.
    """
    settings = {"default.replication.factor": str(count), "min.insync.replicas": str(in_sync)}
    if unclean:
        settings["unclean.leader.election.enable"] = "true"
    return pytest.mark.system(messages(consumers=False), hazelcast(), kafka(settings=settings))


def acknowledged_by_the_leader_alone(system: MessageSystem, faults: Nemesis) -> tuple[Posted, Posted, Injected]:
    """Posts some messages, has the follower of the fullest partition hang until it is out of sync, posts more, kills
    the leader, and lets the follower go on. Gives both batches, and the kill.
    """
    first = system.post(10)
    leader = leader_holding(system.topic, first.partitions)
    hanging = faults.inject(Pause(), followers_holding(system.topic, first.partitions)).until(out_of_sync(system.topic))
    meanwhile = system.post(MANY)
    killed = faults.inject(Kill(), leader)
    hanging.undo()
    return first, meanwhile, killed


def refused(system: MessageSystem, partition: int) -> Posted:
    """Posts some messages, of which none for this partition may be acknowledged."""
    posted = system.post(MANY)
    assert partition not in posted.partitions, f"{posted.partitions.count(partition)} posts were acknowledged there"
    assert all(refusal.startswith("503") for refusal in posted.refusals), posted.refusals
    return posted


def taken(system: MessageSystem, partition: int) -> Posted:
    """Posts some messages, of which some for this partition have to be acknowledged."""
    posted = system.post(MANY)
    assert partition in posted.partitions, f"nobody takes posts to it: {posted.refused}"
    return posted


@pytest.mark.kafka
@pytest.mark.parametrize(
    "acks",
    [
        pytest.param(acks, marks=pytest.mark.system(messages(consumers=False, settings={"kafka.producer.acks": acks})))
        for acks in ("0", "1")
    ],
)
@pytest.mark.needs(PLACES)
def test_without_the_acknowledgement_of_the_others_the_leader_takes_messages_along(
    system: MessageSystem, faults: Nemesis, acks: str
) -> None:
    """acks=1, or 0, and the followers hang for a moment, so that the leader alone has what is posted to its partition,
    and acknowledges it. The leader is killed, the followers go on, and one of them leads: that is lost.
    """
    first = system.post(10)
    leader = leader_holding(system.topic, first.partitions)
    hanging = [faults.inject(Pause(), other_than(leader)), faults.inject(Pause(), other_than(leader))]
    meanwhile = system.post(MANY)
    killed = faults.inject(Kill(), leader)
    for paused in hanging:
        paused.undo()
    killed.until(new_leader(system.topic))

    system.messages.start()
    system.drain(first + meanwhile)
    system.read()
    assert_delivered_and_aggregated(system.history, shows=["lost"])


@pytest.mark.kafka
@pytest.mark.quick
@pytest.mark.needs(PeerPartition())
@pytest.mark.system(messages(consumers=False, settings={"kafka.producer.acks": "1"}))
@pytest.mark.needs(PLACES)
def test_a_leader_that_the_others_have_given_up_acknowledges_what_it_will_lose(
    system: MessageSystem, faults: Nemesis
) -> None:
    """Under posts and GETs, with acks=1, a leader is cut off from the other brokers alone. They elect another one, and
    it does not hear of it: it acknowledges alone what is posted to its partition, until the producer asks who leads.
    When they reach it again it follows, and gives up what the new leader does not have: that is lost, although no
    broker ever died.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        alone = faults.inject(PeerPartition(), leader_holding(system.topic, traffic.posted.partitions))
        alone.until(new_leader(system.topic))
        traffic.await_answers(20)
    alone.undo().until(full_isr(system.topic))

    system.messages.start()
    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history, shows=["lost"])


@pytest.mark.kafka
@pytest.mark.needs(PeerPartition())
@pytest.mark.system(messages(), hazelcast(), kafka(settings=ONE_OF_TWO))
@pytest.mark.needs(PLACES)
def test_where_one_in_sync_is_enough_a_leader_that_is_given_up_loses_nothing(
    system: MessageSystem, faults: Nemesis
) -> None:
    """Under posts and GETs, with two replicas of which one in sync is enough, a leader is cut off from the other
    brokers alone. The other replica leads then, and acknowledges alone. The old leader does not (acks=all): it would
    have to hear from the controller that its follower is out of sync. Nothing is lost.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        alone = faults.inject(PeerPartition(), leader_holding(system.topic, traffic.posted.partitions))
        alone.until(new_leader(system.topic))
        traffic.await_answers(40)
        alone.undo().until(full_isr(system.topic))
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)


@pytest.mark.kafka
@pytest.mark.quick
@pytest.mark.system(messages(consumers=False, settings={"kafka.consumer.auto_offset_reset": "latest"}))
def test_a_group_that_begins_at_the_end_never_reads_what_was_there(system: MessageSystem) -> None:
    """auto.offset.reset=latest, and the messages are there before the group's first consumer: nobody reads them."""
    posted = system.post(20)

    system.messages.start()
    system.drain(posted)
    system.read()
    verdict = assert_delivered_and_aggregated(system.history, shows=["lost"])
    assert verdict.figures["lost"] == 20


@pytest.mark.kafka
@pytest.mark.system(messages(consumers=False), hazelcast(), kafka(settings=BRIEF))
@pytest.mark.needs(GROUP, at_least(1, "kafka"))
def test_what_nobody_reads_in_time_is_deleted_by_retention(system: MessageSystem) -> None:
    """retention.ms=1000, and nobody reads for longer: the brokers delete all messages. A group that begins at the
    beginning finds none of them.
    """
    posted = system.post(20)
    until(
        f"the brokers to have deleted all that is in {system.topic}",
        lambda: system.clusters[Kafka].lag(system.namespace.group, system.topic),
        lambda lags: not any(lag.behind for lag in lags),
        timeout_s=20,
    )

    system.messages.start()
    system.drain(posted)
    system.read()
    verdict = assert_delivered_and_aggregated(system.history, shows=["lost"])
    assert verdict.figures["lost"] == 20


@pytest.mark.kafka
@replicas(2, in_sync=1, unclean=True)
@pytest.mark.needs(PLACES)
def test_an_unclean_election_loses_what_the_leader_alone_had(system: MessageSystem, faults: Nemesis) -> None:
    """Two replicas, of which one in sync is enough, and unclean elections: a partition's follower hangs until it is out
    of sync, the leader acknowledges alone (acks=all), and is killed. The follower goes on, and leads: what it lacks is
    lost, all of it, and nothing else.
    """
    first, meanwhile, killed = acknowledged_by_the_leader_alone(system, faults)
    killed.until(new_leader(system.topic))

    system.messages.start()
    system.drain(first + meanwhile)
    system.read()
    verdict = assert_delivered_and_aggregated(system.history, shows=["lost"])
    assert verdict.figures["lost"] == meanwhile.partitions.count(mode(first.partitions))


@pytest.mark.kafka
@replicas(2, in_sync=1)
@pytest.mark.needs(PLACES)
def test_without_unclean_elections_what_the_leader_alone_had_waits_for_it(
    system: MessageSystem, faults: Nemesis
) -> None:
    """Two replicas, of which one in sync is enough, and clean elections: a partition's follower hangs until it is out
    of sync, the leader acknowledges alone, and is killed. Nobody leads the partition then, and no post to it is
    acknowledged, until the old leader is back. All is there.
    """
    first, meanwhile, killed = acknowledged_by_the_leader_alone(system, faults)
    killed.until(no_leader(system.topic))
    without = refused(system, mode(first.partitions))

    killed.undo().until(full_isr(system.topic))
    system.messages.start()
    system.drain(first + meanwhile + without)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.kafka
@replicas(1, in_sync=1)
@pytest.mark.needs(PLACES)
def test_with_one_replica_a_partition_is_away_with_its_broker_and_comes_back_with_it(
    system: MessageSystem, faults: Nemesis
) -> None:
    """One replica of each partition, and the broker of one is killed: no post to it is acknowledged until that broker
    is back. It has its disk, so nothing is lost.
    """
    before = system.post(MANY)
    killed = faults.inject(Kill(), leader_holding(system.topic, before.partitions)).until(no_leader(system.topic))
    without = refused(system, mode(before.partitions))

    killed.undo().until(full_isr(system.topic))
    after = taken(system, mode(before.partitions))
    system.messages.start()
    system.drain(before + without + after)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.kafka
@replicas(2, in_sync=1)
@pytest.mark.needs(PLACES)
def test_with_two_replicas_the_loss_of_one_broker_loses_nothing_and_stops_nobody(
    system: MessageSystem, faults: Nemesis
) -> None:
    """Two replicas, of which one in sync is enough, and the leader of a partition is killed: the other replica leads
    and acknowledges alone. Nothing is lost.
    """
    before = system.post(MANY)
    faults.inject(Kill(), leader_holding(system.topic, before.partitions)).until(new_leader(system.topic))
    after = taken(system, mode(before.partitions))

    system.messages.start()
    system.drain(before + after)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.kafka
@replicas(2, in_sync=2)
@pytest.mark.needs(PLACES)
def test_where_both_replicas_have_to_be_in_sync_the_loss_of_one_costs_posts_and_no_message(
    system: MessageSystem, faults: Nemesis
) -> None:
    """Two replicas that both have to be in sync, and the leader of a partition is killed: the other one leads, and
    takes no posts until both are in sync again. Nothing is lost: availability is the price.
    """
    before = system.post(MANY)
    killed = faults.inject(Kill(), leader_holding(system.topic, before.partitions)).until(new_leader(system.topic))
    without = refused(system, mode(before.partitions))

    killed.undo().until(full_isr(system.topic))
    after = taken(system, mode(before.partitions))
    system.messages.start()
    system.drain(before + without + after)
    system.read()
    assert_delivered_and_aggregated(system.history)
