"""Kafka as the message queue: what survives the loss of the broker that leads (reports 002 and 003)."""

import pytest

from harness import Kill, Nemesis, Pause, Stop, assert_holds
from harness.checkers import recovery
from harness.faults.protocol import Fault
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.needs import PLACES, at_least
from harness.servers.kafka import leader_holding, new_leader

headline = pytest.mark.headline
pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
    pytest.mark.kafka,
    pytest.mark.system(messages(consumers=False)),
]

#: How long consumers that start may take to have read all that was left, in seconds.
DRAINED_S = 25.0


@pytest.mark.experiment(
    "002",
    "100 messages with the messages service off, Kafka leader disabled, 2 messages instances started",
    "all messages read, the instance that started first read more, order differs across partitions",
)
@pytest.mark.experiment(
    "003", "messages with the consumers off, Kafka leader killed", "a new leader; all messages read"
)
@pytest.mark.parametrize(
    "count", [pytest.param(10, marks=[pytest.mark.quick, headline]), pytest.param(100, marks=headline), 1000]
)
@pytest.mark.needs(PLACES)
def test_losing_the_leader_loses_no_message(system: MessageSystem, faults: Nemesis, count: int) -> None:
    """Consumers off: post, kill the Kafka leader of a partition that holds messages, start two consumers.
    A new leader is elected; every acknowledged message soon reaches exactly one consumer, and GET shows it.
    With 1000 messages each consumer polls, and commits, several times; with 100 it may have all at once.
    """
    posted = system.post(count)

    faults.inject(Kill(), leader_holding(system.topic, posted.partitions)).until(new_leader(system.topic))

    system.messages.start()
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    assert_holds(system.history, recovery.drained, f="drain", within_s=DRAINED_S)


@pytest.mark.parametrize("count", [pytest.param(10, marks=pytest.mark.quick), 100])
@pytest.mark.parametrize("fault", [Stop(), Pause()], ids=lambda fault: fault.name)
@pytest.mark.needs(PLACES)
def test_a_leader_that_stops_or_hangs_loses_no_message(
    system: MessageSystem, faults: Nemesis, fault: Fault, count: int
) -> None:
    """Consumers off: post, shut the Kafka leader down in order (it hands over), or let it hang with open connections.
    Another broker leads afterwards; every acknowledged message reaches exactly one consumer, and GET shows it.
    """
    posted = system.post(count)

    faults.inject(fault, leader_holding(system.topic, posted.partitions)).until(new_leader(system.topic))

    system.messages.start()
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.experiment(
    "002", "the leader disabled, the messages instances started one after the other", "the first one read more"
)
@pytest.mark.needs(PLACES, at_least(2, "messages"))
def test_consumers_that_start_in_turn_share_without_loss(system: MessageSystem, faults: Nemesis) -> None:
    """Kafka leader killed; the second consumer starts once the first is at work: it may find nothing left (report 002).
    Every acknowledged message reaches exactly one of them, in order within each partition.
    """
    posted = system.post(100)

    faults.inject(Kill(), leader_holding(system.topic, posted.partitions)).until(new_leader(system.topic))

    system.messages.start_in_turn()
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
