"""Hazelcast members that are out of touch for about as long as the others wait before they give one up."""

import pytest

from harness import Isolate, Nemesis, Pause, node
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.servers.hazelcast import member_list_of, oldest_member, partitions_safe, split_off
from harness.servers.hazelcast.timings import silence_s

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("every GET shows what was acknowledged before it"),
    pytest.mark.hazelcast,
    pytest.mark.system(messages()),
]


@pytest.mark.parametrize(
    "queue", [pytest.param(kind, marks=pytest.mark.system(messages(kind))) for kind in ("kafka", "hazelcast")]
)
@pytest.mark.parametrize("share", [0.8, 1.0, 1.2])
def test_a_member_that_hangs_for_about_the_limit(
    system: MessageSystem, faults: Nemesis, share: float, queue: str
) -> None:
    """Under posts and GETs, the oldest member hangs for 0.8, 1.0 or 1.2 times as long as the others wait for a sign of
    life, and goes on. For a moment it may believe that it still owns what others own by now. No GET is answered from
    what it remembers: each shows all that was acknowledged before it. Nothing is lost.
    """
    with system.traffic() as traffic:
        traffic.await_answers(40)
        paused = faults.inject(Pause(), oldest_member).lasting(share * silence_s(system.timings))
        paused.undo().until(member_list_of(3)).until(partitions_safe())
        traffic.await_answers(40)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.quick
@pytest.mark.system(messages("any"))
@pytest.mark.needs(Isolate())
def test_a_member_that_is_cut_off_answers_nothing(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and GETs, a member is cut off from everybody, and joined again after the others parted from it. Until
    the sides have merged a service may find it; alone it is no majority, and neither takes a message nor answers a GET.
    Each GET shows all that was acknowledged before it, and nothing is lost.
    """
    with system.traffic() as traffic:
        traffic.await_answers(40)
        isolated = faults.inject(Isolate(), node("hazelcast-2")).until(split_off())
        traffic.await_answers(40)
        isolated.undo().until(member_list_of(3)).until(partitions_safe())
        traffic.await_answers(40)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
