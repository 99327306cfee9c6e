"""The services themselves: how they share the work, and what the loss of each costs (reports 001, 002, 003)."""

from collections import Counter

import pytest

from harness import Kill, Nemesis, node
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.moments import last_life
from harness.messages.needs import COMMITS, CONFIG, IDS, IN_MEMORY, LOGGING_READ, LOGS, MESSAGES_READ, TAKERS, at_least
from harness.waiting import until

pytestmark = [pytest.mark.faulttolerance, pytest.mark.guarantee("the service goes on"), pytest.mark.system(messages())]
#: Longer than a group waits for a member that was killed (session.timeout.ms, 45 s by default), in seconds.
MISSED_S = 60.0


@pytest.mark.experiment(
    "002",
    "10 messages with 3 logging and 2 messages instances",
    "all registered; shared; GET depends on the messages instance that answers",
)
@pytest.mark.experiment(
    "003", "10 messages with all services up", "each message at one logging and one messages instance"
)
@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=pytest.mark.system(messages(k))) for k in ("kafka", "hazelcast")]
)
@pytest.mark.needs(CONFIG, TAKERS, LOGGING_READ)
def test_ten_messages_are_shared(system: MessageSystem, kind: str) -> None:
    """Nothing is broken: 10 posts with all services up, over either queue.
    Every instance is in config; each message is at one logging instance, the one that took it by the facade's word, and
    at one messages instance, and read through every logging instance; a GET returns the share of one messages instance
    or the other, together all.
    """
    posted = system.post(10)
    held = system.drain(posted)
    system.read()

    assert_delivered_and_aggregated(system.history)
    assert system.registered() == {
        "facade": ["facade"],
        "logging": ["logging-1", "logging-2", "logging-3"],
        "messages": ["messages-1", "messages-2"],
    }, "config has other instances"
    taken = {(name, id_) for name, ids in system.received().items() for id_ in ids}
    assert taken == posted.takers, "other logging instances took them than the facade says"
    assert set(held["messages-1"]) != set(held["messages-2"])


@pytest.mark.experiment("001", "a message with the same id sent twice", "stored once")
@pytest.mark.needs(IDS)
def test_the_same_id_is_stored_once(system: MessageSystem, faults: Nemesis) -> None:
    """A client that did not hear the answer posts its messages again under the same ids; before the third time the
    facade dies, and with it what it remembers.
    Each is acknowledged again ("duplicate, ok" in logging), stored once, and at one messages instance once.
    """
    posted = system.post(10)
    again = system.post_again(posted)
    faults.inject(Kill(), node("facade")).undo()
    once_more = system.post_again(posted)

    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    assert again.ids == once_more.ids == posted.ids, "not each was acknowledged again"


@pytest.mark.system(messages("hazelcast", consumers=False))
@pytest.mark.needs(IDS)
def test_an_id_that_was_acknowledged_is_not_queued_again(system: MessageSystem) -> None:
    """A client that did not hear the answer posts its messages again under the same ids, over the Hazelcast queue,
    where a second entry would be a second message. Each is acknowledged again, is in the queue once, and comes to one
    messages instance once.
    """
    posted = system.post(10)
    again = system.post_again(posted)

    assert again.ids == posted.ids, "not each was acknowledged again"
    assert Counter(system.queued()) == Counter(posted.ids), "not each is in the queue once"
    system.messages.start()
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.system(messages("hazelcast", work_s={"facade": "0.5"}))
@pytest.mark.needs(IDS)
def test_an_id_that_is_posted_again_while_it_is_under_way_is_queued_once(system: MessageSystem) -> None:
    """An impatient client posts its messages again under the same ids before it is answered, over the Hazelcast queue,
    where a second entry would be a second message. Both posts are acknowledged, and each message is at one messages
    instance once.
    """
    posted = system.post_twice(20)

    assert not posted.refusals, posted.refused
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.quick
@pytest.mark.needs(CONFIG)
def test_losing_config_costs_no_request(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and GETs, kill config, where the facade asks for live instances.
    It goes on with those it knows: every request is answered, and nothing acknowledged is lost. Config, which has
    restarted empty, is filled again by the renewals.
    """
    everybody = ["logging-1", "logging-2", "logging-3"]
    with system.traffic() as traffic:
        traffic.await_answers(20)
        killed = faults.inject(Kill(), node("config"))
        traffic.await_answers(20)
        killed.undo()
        traffic.await_answers(20)
        until(
            "config to be filled again", system.registered, lambda live: live.get("logging") == everybody, timeout_s=20
        )

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history, answered=True)


@pytest.mark.system(messages("any"))
def test_losing_the_facade_costs_requests_but_no_message(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and GETs, kill the facade, the only one, and start it again.
    Requests fail until it is back; what was acknowledged before and after is kept.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        killed = faults.inject(Kill(), node("facade"))
        traffic.await_failures(3)
        killed.undo()
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.kafka
@pytest.mark.needs(IN_MEMORY, COMMITS, MESSAGES_READ, at_least(1, "kafka"), at_least(2, "messages"))
def test_a_messages_instance_takes_its_share_with_it(system: MessageSystem, faults: Nemesis) -> None:
    """Messages live in memory: kill a messages instance that has its share, and start it again.
    Exactly that share is gone from GET, for its partitions' offsets are committed: it reads on where it was, as later
    posts show. The other instances' shares are still there.
    """
    posted = system.post(60)
    held = system.drain(posted)

    killed = faults.inject(Kill(), node("messages-1"))
    killed.undo()

    # Whoever reads what comes later in a partition has passed what was there before.
    more = system.post(60)
    again, name = killed.node.endpoint("http"), killed.node.spec.name
    until(f"{name} to take again", lambda: system.clients.peek(again, "messages"), bool, timeout_s=MISSED_S)
    left = system.drain(more)
    system.read()
    verdict = assert_delivered_and_aggregated(system.history, shows=["lost"])
    share = held[name]
    assert verdict.figures["lost"] == len(share) > 0
    assert not set(share) & {id_ for ids in left.values() for id_ in ids}
    assert all(set(ids) <= set(left[other]) for other, ids in held.items() if other != name)


def assigned(system: MessageSystem, name: str) -> list[str]:
    """The partitions that a messages instance was given since it last started."""
    return [str(line) for line in last_life(system.log_of(name)) if line["event"] == "assigned"]


@pytest.mark.kafka
@pytest.mark.system(messages(replay=True))
@pytest.mark.needs(LOGS)
def test_with_replay_a_messages_instance_gets_its_share_back(system: MessageSystem, faults: Nemesis) -> None:
    """Kill a messages instance that has its share, and start it again once the other one has all; with replay each
    reads its partitions from the beginning whenever it gets them, and forgets those that it gives away.
    The share comes back from Kafka: all messages are there, each at one instance.
    """
    posted = system.post(60)
    system.drain(posted)

    killed = faults.inject(Kill(), node("messages-1"))
    system.drain(posted)
    killed.undo()
    # Who comes back before its session is over may be given just what it had: then nothing moves.
    until("messages-1 to be given partitions", lambda: assigned(system, "messages-1"), bool, timeout_s=30)

    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
