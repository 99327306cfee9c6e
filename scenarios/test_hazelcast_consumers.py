"""Consumers that take from a Hazelcast queue while its members, or they themselves, fail."""

from collections.abc import Mapping

import pytest

from harness import Isolate, Kill, Nemesis, OneWay, PartialPartition, Pause, PeerPartition, Stop, node, other_than
from harness.faults.protocol import Fault
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.moments import demand_in_flight, demand_moments
from harness.messages.needs import HEALTH, MESSAGES_READ, at_least
from harness.messages.posted import Posted
from harness.messages.services import ROLES
from harness.servers.hazelcast import (
    Hazelcast,
    hazelcast,
    member_list_of,
    merged,
    oldest_member,
    owner_of,
    partitions_safe,
    split_off,
)
from harness.targets import Target
from harness.waiting import until

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
    pytest.mark.hazelcast,
    pytest.mark.system(messages("hazelcast"), hazelcast()),
]
#: Those that still run have to be more than one that went on by itself.
A_MAJORITY = pytest.mark.needs(at_least(3, "hazelcast"))
#: Longer than the time that a consumer of this kind is usually given to commit, in seconds.
HANGING_S = 12.0
#: How long a consumer waits for an answer, in seconds.
ANSWER_S = 3.0
#: Longer than a client waits for a member's heartbeat, in seconds.
UNREACHED_S = 7.0
#: A member is cut off from the services, and from nobody else.
UNREACHED = PartialPartition(ROLES)
#: What the facade sends to a member arrives there; nothing comes back.
UNHEARD = OneWay("out", roles=["facade"])


def chosen(system: MessageSystem, victim: str) -> Target:
    """The member that a scenario hits."""
    owner = owner_of(system.queue)
    return {"the owner": owner, "another": other_than(owner), "the oldest": oldest_member}[victim]


@pytest.mark.parametrize(
    "fault",
    [
        *(Kill(), Stop()),
        pytest.param(Pause(), marks=A_MAJORITY),
        pytest.param(Isolate(), marks=[pytest.mark.needs(Isolate()), A_MAJORITY]),
    ],
    ids=lambda fault: fault.name,
)
@pytest.mark.parametrize("victim", ["the owner", "another", "the oldest"])
@pytest.mark.needs(at_least(2, "hazelcast"))
def test_members_that_are_lost_while_messages_are_taken_lose_none(
    system: MessageSystem, faults: Nemesis, fault: Fault, victim: str
) -> None:
    """Under posts and with both consumers at work, a member is lost and comes back, three times: it is killed, stopped,
    hangs, or is cut off from everybody. It is the one that owns the queue, one that only passes on what a consumer
    asks, or the oldest. Whatever a consumer was about to take at that moment is not lost: every acknowledged message
    reaches exactly one of them, and GET shows it.
    """
    target, members = chosen(system, victim), len(system.clusters[Hazelcast].nodes)
    with system.traffic() as traffic:
        for _ in range(3):
            traffic.await_answers(40)
            lost = faults.inject(fault, target)
            lost.until(split_off() if isinstance(fault, Isolate) else member_list_of(members - 1))
            traffic.await_answers(40)
            lost.undo().until(member_list_of(members)).until(partitions_safe())

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)


@pytest.mark.needs(UNREACHED)
@pytest.mark.parametrize("victim", ["the owner", "another", "the oldest"])
def test_members_that_no_service_reaches_lose_no_message(system: MessageSystem, faults: Nemesis, victim: str) -> None:
    """Under posts and with both consumers at work, a member is cut off from the services and from nobody else: the one
    that owns the queue, another, or the oldest. It stays a member, and nearly every post fails, for a backup tells the
    client itself that it has the entry. Whatever is acknowledged reaches exactly one consumer, and GET shows it; once
    the member is reached again, posts go on.
    """
    with system.traffic() as traffic:
        traffic.await_answers(40)
        unreached = faults.inject(UNREACHED, chosen(system, victim)).lasting(UNREACHED_S).until(member_list_of(3))
        unreached.undo()
        traffic.await_answers(40)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)


@pytest.mark.needs(UNHEARD)
def test_an_owner_that_the_facade_does_not_hear_loses_no_message(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and with both consumers at work, nothing from the member that owns the queue arrives at the facade,
    while all that the facade sends arrives at the member, which puts it in the queue. The facade says of such a message
    that it does not know, and does not put it there again. Every acknowledged message reaches exactly one consumer, and
    GET shows it.
    """
    with system.traffic() as traffic:
        traffic.await_answers(40)
        unheard = faults.inject(UNHEARD, owner_of(system.queue)).lasting(UNREACHED_S).until(member_list_of(3))
        unheard.undo()
        traffic.await_answers(40)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)


@pytest.mark.needs(PeerPartition())
@pytest.mark.parametrize("victim", ["the owner", "another", "the oldest"])
def test_members_that_the_others_have_given_up_lose_no_message(
    system: MessageSystem, faults: Nemesis, victim: str
) -> None:
    """Under posts and with both consumers at work, a member is cut off from the others alone: the one that owns the
    queue, another, or the oldest. It is a minority, and refuses; a service that it tells who is a member leaves it for
    the others, and posts go on. Every acknowledged message reaches exactly one consumer, and GET shows it.
    """
    with system.traffic() as traffic:
        traffic.await_answers(40)
        alone = faults.inject(PeerPartition(), chosen(system, victim)).until(split_off())
        traffic.await_answers(40)
        alone.undo().until(member_list_of(3)).until(partitions_safe())
        traffic.await_answers(40)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)


@pytest.mark.needs(at_least(1, "hazelcast"))
def test_a_consumer_that_hangs_while_it_takes_loses_nothing(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts, a messages instance hangs for twelve seconds, about to take a message, and goes on.
    The message is not lost between the queue and that instance, and the other one takes what comes meanwhile: every
    acknowledged message reaches exactly one of them, and GET shows it.
    """
    with system.traffic() as traffic:
        traffic.await_answers(40)
        faults.inject(Pause(), node("messages-1")).lasting(HANGING_S).undo()
        traffic.await_answers(40)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.system(messages("hazelcast", work_s={"messages": "0.1"}), hazelcast())
@pytest.mark.needs(HEALTH, MESSAGES_READ)
def test_what_an_owner_does_when_nobody_waits_any_more_loses_nothing(system: MessageSystem, faults: Nemesis) -> None:
    """With messages in the queue, the member that owns it hangs until each consumer has given up waiting for its
    answer, and goes on before the others give it up, three times. It does then what it was asked, and nobody hears of
    it: no message is lost by that. Every acknowledged message reaches exactly one consumer, and GET shows it.
    """
    posted, left = Posted(()), []
    for _ in range(3):
        posted += system.post(40)
        until("each messages instance to take", lambda: system.health("messages"), all_is_well, timeout_s=10)
        hanging = faults.inject(Pause(), owner_of(system.queue)).lasting(ANSWER_S)
        until("each messages instance to wait no more", lambda: system.health("messages").values(), all, timeout_s=10)
        left.append(waiting(system, posted))
        hanging.undo().until(member_list_of(3)).until(partitions_safe())

    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_moments(system.history, "in the queue while its owner hung", left)


@pytest.mark.system(messages("hazelcast", queue_owner=node("hazelcast-2"), work_s={"messages": "0.3"}), hazelcast())
@pytest.mark.needs(MESSAGES_READ)
def test_what_comes_back_to_an_empty_queue_costs_no_message_later(system: MessageSystem, faults: Nemesis) -> None:
    """The member that owns the queue hangs with messages in it, and comes back when others have taken them all: it
    merges what it had into a queue where nothing waits. Then that queue's owner is killed, with messages in it: its
    backup has them all. Every acknowledged message reaches exactly one consumer, and GET shows it.
    """
    posted = system.post(40)
    merging = waiting(system, posted)
    hanging = faults.inject(Pause(), owner_of(system.queue)).until(member_list_of(2))
    system.drain(posted)
    hanging.undo().until(member_list_of(3)).until(merged()).until(partitions_safe())

    posted += system.post(40)
    left = waiting(system, posted)
    faults.inject(Kill(), owner_of(system.queue)).until(member_list_of(2))

    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_moments(system.history, "in the queue while its owner hung", [merging])
    demand_moments(system.history, "in the queue when its next owner was killed", [left])


def waiting(system: MessageSystem, posted: Posted) -> int:
    """How many of these messages no messages instance has as yet."""
    held_by = system.messages.running.values()
    return len(posted.ids.difference(*(system.clients.peek(at, "messages") for at in held_by)))


def all_is_well(said: Mapping[str, str]) -> bool:
    """Whether no instance says of itself that it can't do its job."""
    return not any(said.values())
