"""Services that are killed in the middle of their work on a message: between two things that both have to be done."""

import pytest
from _pytest.mark import ParameterSet

from harness import Kill, Nemesis, node
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.moments import demand_moments, under_way
from harness.messages.needs import IN_MEMORY, LOGS, MESSAGES_READ
from harness.waiting import until

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
]
KILLS = 3


def over_either_queue(**work_s: str) -> list[ParameterSet]:
    """Both kinds of queue, each with services that take so long over a message."""
    return [
        pytest.param(kind, marks=pytest.mark.system(messages(kind, work_s=work_s))) for kind in ("kafka", "hazelcast")
    ]


def committing(when: str, by_itself: str) -> ParameterSet:
    """Consumers that commit then, and whether that is their client's doing."""
    own = {"kafka.consumer.enable_auto_commit": by_itself}
    return pytest.param(when, marks=pytest.mark.system(messages(settings=own, work_s={"messages": "0.3"})))


def killed_in_the_middle(system: MessageSystem, faults: Nemesis, name: str, what: str) -> frozenset[str]:
    """Posts and GETs, meanwhile a service is killed and started again, several times; gives the acknowledged ids.

    Each kill waits for a message in the middle of the service's work. Inconclusive if none met one all the same.
    """
    role, hits = name.partition("-")[0], []
    first = system.post(30)
    system.drain(first)
    with system.traffic() as traffic:
        for _ in range(KILLS):
            traffic.await_answers(20)
            until(f"a message that is {what}", lambda: under_way(role, system.log_of(name)), timeout_s=20)
            killed = faults.inject(Kill(), node(name))
            hits.append(len(under_way(role, system.log_of(name))))
            killed.undo()
        traffic.await_answers(20)
    demand_moments(system.history, what, hits)
    system.drain(first + traffic.posted)
    return (first + traffic.posted).ids


def logged(system: MessageSystem, event: str) -> frozenset[str]:
    """The ids of the messages of which messages-1 says that in its log, in all its lives."""
    return frozenset(line["id"] for line in system.log_of("messages-1") if line["event"] == event)


@pytest.mark.kafka
@pytest.mark.system(messages(replay=True, work_s={"messages": "0.3"}))
@pytest.mark.needs(LOGS)
def test_with_replay_a_messages_instance_between_taking_and_keeping_loses_nothing(
    system: MessageSystem, faults: Nemesis
) -> None:
    """Under posts and GETs, a messages instance is killed with messages in its hands that it has taken off the queue
    and not kept, three times. It reads its partitions from the beginning when it is back: every acknowledged message
    reaches exactly one instance, and GET shows it.
    """
    killed_in_the_middle(system, faults, "messages-1", "taken and not kept")

    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.kafka
@pytest.mark.parametrize("commits", [committing("after storing", "false"), committing("by the clock", "true")])
@pytest.mark.needs(LOGS, MESSAGES_READ, IN_MEMORY)
def test_what_a_messages_instance_had_taken_and_not_kept_is_read_again(
    system: MessageSystem, faults: Nemesis, commits: str
) -> None:
    """Under posts and GETs, a messages instance is killed with messages in its hands that it has taken off the queue
    and not kept, three times; there is no replay. It commits after it has kept, or has its client commit by the clock,
    which commits no more than the poll before the last had given. What it had not kept is read again. What it had kept
    and committed is gone with its memory, and nothing else.
    """
    first = system.post(30)
    system.drain(first)
    system.await_committed()
    acknowledged = first.ids | killed_in_the_middle(system, faults, "messages-1", "taken and not kept")

    lost = acknowledged.difference(*system.held().values())
    system.read()
    assert_delivered_and_aggregated(system.history, shows=["lost"])
    kept = logged(system, "consumed")
    assert not lost - kept, f"lost: {len(lost - kept)} messages that messages-1 had never kept"


@pytest.mark.kafka
@pytest.mark.system(
    messages(
        settings={"messages.commits": "before storing"},
        mutants={"messages": "messages_saying_that_they_commit_first"},
        work_s={"messages": "0.3"},
    )
)
@pytest.mark.needs(LOGS, MESSAGES_READ, IN_MEMORY)
def test_what_a_messages_instance_had_committed_and_not_kept_is_lost(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and GETs, a messages instance is killed with messages in its hands that it has not kept, three times;
    it commits before it keeps. Nobody reads again what it had committed: what it had in its hands is lost as well as
    what it had kept.
    """
    acknowledged = killed_in_the_middle(system, faults, "messages-1", "taken and not kept")

    lost = acknowledged.difference(*system.held().values())
    system.read()
    assert_delivered_and_aggregated(system.history, shows=["lost"])
    in_hand = acknowledged & logged(system, "taken") - logged(system, "consumed")
    assert in_hand <= lost, f"not lost: {len(in_hand - lost)} of {len(in_hand)} messages that messages-1 died with"


@pytest.mark.hazelcast
@pytest.mark.system(messages("hazelcast", work_s={"messages": "0.1"}))
@pytest.mark.needs(LOGS, MESSAGES_READ, IN_MEMORY)
def test_what_a_messages_instance_had_claimed_and_not_kept_is_lost(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and GETs, a messages instance is killed with a message in its hands that it has claimed in a
    Hazelcast queue and not kept, three times. Nobody else takes what is claimed: it is lost as well as what the
    instance had kept. That is one message for each kill, the one in its hands, and nothing else is lost.
    """
    acknowledged = killed_in_the_middle(system, faults, "messages-1", "taken and not kept")

    lost = acknowledged.difference(*system.held().values())
    system.read()
    assert_delivered_and_aggregated(system.history, shows=["lost"])
    kept = logged(system, "consumed")
    in_hand = acknowledged & logged(system, "taken") - kept
    assert in_hand <= lost, f"not lost: {len(in_hand - lost)} of {len(in_hand)} messages that messages-1 died with"
    assert len(lost - kept) <= KILLS, f"lost: {len(lost - kept)} messages that messages-1 had never kept"


@pytest.mark.hazelcast
@pytest.mark.parametrize("kind", over_either_queue(logging="0.5"))
@pytest.mark.needs(LOGS)
def test_a_logging_instance_between_putting_and_answering_loses_nothing(
    system: MessageSystem, faults: Nemesis, kind: str
) -> None:
    """Under posts and GETs, a logging instance is killed with messages that it has put into the map and not answered,
    three times. The facade goes on to the next instance, which finds them there: each is there once, and every
    acknowledged one is shown by each GET.
    """
    killed_in_the_middle(system, faults, "logging-1", "put and not answered")

    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.parametrize("kind", over_either_queue(facade="0.5"))
@pytest.mark.needs(LOGS)
def test_a_facade_between_logging_and_queue_loses_nothing_that_it_acknowledged(
    system: MessageSystem, faults: Nemesis, kind: str
) -> None:
    """Under posts and GETs, the facade is killed with messages that logging has and the queue has not, three times.
    They were not acknowledged, and logging may show them; every acknowledged one reaches exactly one messages instance.
    """
    killed_in_the_middle(system, faults, "facade", "logged and not queued")

    system.read()
    assert_delivered_and_aggregated(system.history)
