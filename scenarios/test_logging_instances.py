"""Several logging instances behind one facade: what the loss of some costs (reports 000 and 001)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from harness import Kill, LostAnswers, Nemesis, Pause, Stop, all_but, every, node, some, together
from harness.faults.protocol import Fault
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.needs import LOGGING_READ, LOGS, MESSAGES, at_least
from harness.servers.hazelcast import Hazelcast, member_list_of, partitions_safe

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("the service goes on"),
    pytest.mark.system(messages("any")),
]
#: In seconds, with the proof that it hangs (0.4 s), which comes before the posts: longer than the facade's first try of
#: a post (services.failover, 1.5 s), and shorter than all of its tries (services.posting, 3 s).
HANGING_S = 2.4


@pytest.mark.experiment("001", "logging instances closed under requests", "the facade goes on to the next instance")
@pytest.mark.headline
@pytest.mark.parametrize(
    "dead",
    [
        pytest.param(1, marks=[pytest.mark.quick, pytest.mark.needs(at_least(2, "logging"))]),
        pytest.param(2, marks=pytest.mark.needs(at_least(3, "logging"))),
    ],
)
@pytest.mark.needs(LOGGING_READ)
def test_losing_logging_instances_costs_no_request(system: MessageSystem, faults: Nemesis, dead: int) -> None:
    """Under posts and GETs, kill one (two) of three logging instances.
    Every request to the facade is still answered, as it moves on to a live instance; only a direct request to a dead
    one errors. Nothing acknowledged is lost.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        killed = faults.inject(Kill(), some("logging", dead, seed=dead))
        traffic.await_answers(40)

    for dead_node in killed.nodes:
        with pytest.raises(httpx.TransportError):
            system.ask_directly(dead_node)
    gone = {dead_node.spec.name for dead_node in killed.nodes}
    system.await_forgotten(gone)
    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history, answered=True)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("logging-1", marks=pytest.mark.needs(at_least(2, "logging"))),
        pytest.param("messages-1", marks=pytest.mark.needs(MESSAGES, at_least(2, "messages"))),
    ],
)
def test_an_instance_that_hangs_costs_no_request(system: MessageSystem, faults: Nemesis, name: str) -> None:
    """Under posts and GETs, a logging instance, or a messages instance, accepts connections and answers nothing.
    The facade gives it a share of the time and asks the next one: every request is answered, and nothing is lost.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        hanging = faults.inject(Pause(), node(name))
        traffic.await_answers(20)
        hanging.undo()
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history, answered=True)


@pytest.mark.needs(LostAnswers(), at_least(2, "logging"))
def test_an_instance_whose_answers_are_lost_costs_no_request(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and GETs, what a logging instance answers is lost, while it logs what it is sent.
    The facade asks the next one under the same id, for which that is no other message: every request is answered, and
    nothing is lost or there twice.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        muted = faults.inject(LostAnswers(), node("logging-1"))
        traffic.await_answers(20)
        muted.undo()
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history, answered=True)


@pytest.mark.needs(at_least(2, "logging"))
def test_the_last_instance_that_goes_on_in_time_costs_no_post(system: MessageSystem, faults: Nemesis) -> None:
    """All logging instances but one are dead, and the last one hangs, for less time than a post has.
    The facade tries it again before it gives up: every post of that time is answered, and nothing is lost.
    """
    dead = faults.inject(Kill(), all_but(node("logging-1")))
    system.await_forgotten([dead_node.spec.name for dead_node in dead.nodes])
    first = system.post(10)
    hanging = faults.inject(Pause(), node("logging-1"))
    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(system.post, 8)
        hanging.lasting(HANGING_S).undo()
    posted = posting.result()

    assert not posted.refusals, posted.refused
    system.drain(first + posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


def test_what_may_have_happened_is_not_said_to_have_failed(system: MessageSystem, faults: Nemesis) -> None:
    """All logging instances hang for longer than posts wait for them, and go on: then they log what they were sent.
    The facade had said that the outcome is unknown: nothing is there of which it had said that it surely failed.
    """
    first = system.post(10)
    hanging = faults.inject(Pause(), every("logging"))
    assert len(system.post(8).refusals) == 8
    hanging.undo()

    posted = system.post(10)
    assert not posted.refusals, posted.refused
    system.drain(first + posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.experiment(
    "000",
    "10 POST requests over 3 logging copies, one copy closed",
    "all data still returned; a request to the closed copy errors",
)
@pytest.mark.experiment("001", "10 posts over 3 logging instances", "each logged a part, GET returns all")
@pytest.mark.needs(LOGGING_READ, at_least(2, "logging"))
def test_what_one_instance_logged_the_others_still_read(system: MessageSystem, faults: Nemesis) -> None:
    """10 posts go to the logging instances at random; then one of them is closed.
    What it logged is still there through the others; a direct request to it errors; the facade goes on without it.
    """
    posted = system.post(10)
    assert all(set(ids) == posted.ids for ids in system.stored().values()), "an instance does not read them all"

    closed = faults.inject(Stop(), node("logging-1"))
    with pytest.raises(httpx.TransportError):
        system.ask_directly(closed.node)
    left = system.logging.running.keys() - {closed.node.spec.name}
    assert {name: set(ids) for name, ids in system.stored().items()} == dict.fromkeys(left, posted.ids)

    more = system.post(10)
    assert not more.refusals, more.refused
    system.drain(posted + more)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.experiment("001", "the facade tries each instance up to 5 times", "goes on to the next, then an error")
@pytest.mark.needs(LOGS)
def test_without_logging_instances_each_is_tried_before_a_post_is_refused(
    system: MessageSystem, faults: Nemesis
) -> None:
    """All three logging instances are killed: the facade tries each, up to five times, and answers a clear 503.
    Once they are back, it goes on.
    """
    dead = faults.inject(Kill(), some("logging", 3, seed=1))
    (refusal,) = system.post(1).refusals
    tries = Counter(line["at"] for line in system.log_of("facade") if line["event"] == "try failed")
    dead.undo()

    assert refusal.startswith("503")
    assert tries.keys() == {"logging-1", "logging-2", "logging-3"}, "not each instance was tried"
    assert all(1 <= count <= 5 for count in tries.values()), f"tried too often: {tries}"
    posted = system.post(10)
    assert not posted.refusals, posted.refused
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.experiment(
    "001",
    "a logging instance closed with its own Hazelcast member",
    "cluster of 2, no data lost; 3 again after the restart",
)
@pytest.mark.hazelcast
@pytest.mark.parametrize("fault", [Kill(), Stop()], ids=lambda fault: fault.name)
@pytest.mark.needs(at_least(2, "logging"), at_least(2, "hazelcast"))
def test_an_instance_and_its_member_share_their_life(system: MessageSystem, faults: Nemesis, fault: Fault) -> None:
    """Tied life cycles (report 001): with logging-2 its Hazelcast member goes, and comes back with it, under posts.
    The cluster regroups as 3, 2, 3 (or 2, 1, 2); no acknowledged message is lost.
    """
    members = len(system.clusters[Hazelcast].nodes)
    with system.traffic() as traffic:
        traffic.await_answers(20)
        pair = together(node("logging-2"), node("hazelcast-2"))
        gone = faults.inject(fault, pair).until(member_list_of(members - 1)).until(partitions_safe())
        traffic.await_answers(20)
        gone.undo().until(member_list_of(members)).until(partitions_safe())
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
