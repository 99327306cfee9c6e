"""Kafka as the message queue: the controller, and more brokers gone than replication allows (reports 002 and 003)."""

import json

import pytest

from harness import Kill, Nemesis, Pause, every, node
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.checkers.posts import is_surely_not_queued
from harness.messages.moments import demand_moments
from harness.messages.needs import HEALTH, at_least
from harness.servers.kafka import controller, leading_controller, new_controller, new_leader
from harness.targets import Target
from harness.waiting import until

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
    pytest.mark.kafka,
    pytest.mark.system(messages()),
]


@pytest.mark.system(messages(consumers=False))
@pytest.mark.parametrize("leads", [False, True], ids=["controller", "controller and leader"])
def test_losing_the_controller_loses_no_message(system: MessageSystem, faults: Nemesis, leads: bool) -> None:
    """Under posts, kill the active controller; once any, once one that also leads a partition of the topic.
    Another one takes over and finds new leaders; every acknowledged message reaches exactly one consumer. They start
    afterwards: while nobody takes a dead broker out of the ISR, a commit waits for longer than a session, the group
    forgets its members, and what was read without a commit may be read again.
    """
    target: Target = leading_controller(system.topic) if leads else controller
    with system.traffic() as traffic:
        traffic.await_answers(20)
        faults.inject(Kill(), target).until(new_controller()).until(new_leader(system.topic))
        traffic.await_answers(20)

    system.messages.start()
    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


def test_without_two_of_three_brokers_nothing_is_acknowledged(system: MessageSystem, faults: Nemesis) -> None:
    """Kill two of three brokers one after the other: fewer replicas are in sync than min.insync.replicas asks for.
    Posts are refused with a clear 503; what was acknowledged before is kept; it goes on once one broker is back.
    The consumers' commits are not replicated either meanwhile, and they commit after storing: what was read then may be
    read again by the other one. Nothing is lost.
    """
    before = system.post(30)
    faults.inject(Kill(), node("kafka-1")).until(new_leader(system.topic))
    second = faults.inject(Kill(), node("kafka-2"))

    during = system.post(8)
    assert not during.acknowledged, f"{len(during.acknowledged)} posts were acknowledged with one broker of three"
    assert all(refusal.startswith("503") for refusal in during.refusals), during.refusals

    second.undo().until(new_leader(system.topic))
    with system.traffic() as traffic:
        traffic.await_answers(20)
    system.drain(before + traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.needs(at_least(1, "kafka"))
def test_what_may_be_on_the_queue_is_not_said_to_be_off_it(system: MessageSystem, faults: Nemesis) -> None:
    """All brokers hang for longer than posts wait for them, and go on: then they take what they were sent.
    The facade had said that nobody knows: nothing comes out of the queue that it had said is surely not on it.
    """
    first = system.post(20)
    hanging = faults.inject(Pause(), every("kafka"))
    assert len(system.post(8).refusals) == 8
    hanging.undo()

    with system.traffic() as traffic:
        traffic.await_answers(20)
    held = system.drain(first + traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    refused = {id_ for ids in held.values() for id_ in ids} - (first + traffic.posted).ids
    demand_moments(system.history, "refused, and on the queue", [len(refused)])


@pytest.mark.needs(HEALTH)
def test_what_is_surely_not_on_the_queue_never_comes_out_of_it(system: MessageSystem, faults: Nemesis) -> None:
    """The facade starts while all brokers hang. It has no client and sends nothing, and says of each post that the
    queue surely has not got it, though logging has. The brokers go on: none of these messages comes out.
    """
    system.instances("facade").stop()
    hanging = faults.inject(Pause(), every("kafka"))
    with system.instances("facade").starting():
        until("the facade to miss the brokers", lambda: system.health("facade")["facade"], timeout_s=20)
        refusals = system.post(8).refusals
        hanging.undo()

    with system.traffic() as traffic:
        traffic.await_answers(20)
    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    assert sum('"stage":"queue","unknown":false' in refusal for refusal in refusals) == 8, refusals
    denied = {post.invoke.value["id"] for post in system.history.events.operations if is_surely_not_queued(post)}
    named = {json.loads(refusal.partition(": ")[2])["id"] for refusal in refusals}
    assert named == denied, "a refusal names another message"
