"""Hazelcast as the message queue: what survives the loss of a member (report 003)."""

import pytest

from harness import Kill, Nemesis, Pause, Stop, assert_holds
from harness.checkers import recovery
from harness.faults.protocol import Fault
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.needs import at_least
from harness.servers.hazelcast import Hazelcast, hazelcast, lowest_ip, member_list_of, saying_who_owns

headline = pytest.mark.headline
pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
    pytest.mark.hazelcast,
    pytest.mark.system(messages("hazelcast", consumers=False), hazelcast()),
]
#: How long consumers that start may take to have read all that was left, in seconds; and how many each second more, as
#: they take one at a time.
DRAINED_S, TAKEN_A_SECOND = 25.0, 20

owning_the_queue = pytest.mark.system(messages("hazelcast", queue_owner=lowest_ip, consumers=False), hazelcast())


@pytest.mark.experiment(
    "003", "messages in a Hazelcast queue, the member with the lowest IP killed", "the queue survived"
)
@pytest.mark.parametrize(
    ("count", "arranged"),
    [
        pytest.param(10, "as it is", marks=[pytest.mark.quick, headline]),
        pytest.param(100, "as it is", marks=headline),
        pytest.param(10, "owning the queue", marks=[pytest.mark.quick, headline, owning_the_queue]),
        pytest.param(100, "owning the queue", marks=[headline, owning_the_queue]),
        pytest.param(1000, "owning the queue", marks=owning_the_queue),
    ],
)
@pytest.mark.needs(at_least(2, "hazelcast"))
def test_losing_the_lowest_ip_loses_no_message(
    system: MessageSystem, faults: Nemesis, count: int, arranged: str
) -> None:
    """Consumers off: post, kill the Hazelcast member with the lowest IP, start two consumers.
    A queue lives in one partition, so it matters whether that member owns it: once as it is, once made so.
    Every acknowledged message soon reaches exactly one consumer, and GET shows it. With 1000 messages the first
    consumer does not take all before the second one is there, and the backup that takes over holds a thousand.
    """
    members = len(system.clusters[Hazelcast].nodes)
    posted = system.post(count)

    faults.inject(Kill(), saying_who_owns(system.queue, lowest_ip)).until(member_list_of(members - 1))

    system.messages.start()
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    assert_holds(system.history, recovery.drained, f="drain", within_s=DRAINED_S + count / TAKEN_A_SECOND)


@owning_the_queue
@pytest.mark.parametrize("count", [10, 100])
@pytest.mark.parametrize("fault", [Stop(), Pause()], ids=lambda fault: fault.name)
def test_an_owner_that_stops_or_hangs_loses_no_message(
    system: MessageSystem, faults: Nemesis, fault: Fault, count: int
) -> None:
    """Consumers off: post, shut the owner of the Hazelcast queue down in order (it hands over), or let it hang.
    Every acknowledged message reaches exactly one consumer, and GET shows it.
    """
    posted = system.post(count)

    faults.inject(fault, saying_who_owns(system.queue, lowest_ip)).until(member_list_of(2))

    system.messages.start()
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@owning_the_queue
def test_consumers_that_start_in_turn_share_without_loss(system: MessageSystem, faults: Nemesis) -> None:
    """The owner is killed, and the second consumer starts once the first is at work: it may find nothing left.
    Every acknowledged message reaches exactly one of them, and GET shows it.
    """
    posted = system.post(100)

    faults.inject(Kill(), saying_who_owns(system.queue, lowest_ip)).until(member_list_of(2))

    system.messages.start_in_turn()
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
