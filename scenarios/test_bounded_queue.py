"""A queue of ten items: a producer, two consumers, nobody who reads, and the loss of a member (report 004)."""

import pytest

from harness import Kill, Nemesis, System, assert_broken, assert_holds
from harness.checkers import bounded_queue
from harness.servers.hazelcast import hazelcast, member_list_of, owner_of
from harness.servers.hazelcast.spec import BOUND
from harness.servers.hazelcast.workloads.items import Items
from harness.waiting import until

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("each item comes out once"),
    pytest.mark.hazelcast,
    pytest.mark.system(hazelcast()),
]


@pytest.mark.experiment("004", "queue of 10, one producer of 1..100, two consumers", "mostly one by one")
@pytest.mark.quick
def test_two_consumers_share_a_hundred_items(system: System) -> None:
    """One client puts 1 to 100, two take. Each item comes out once; how the consumers shared them is reported."""
    items = Items(system)
    with items.putting(range(1, 101)):
        taken = items.take_all(100, consumers=2)

    assert sorted(taken["consumer-1"] + taken["consumer-2"]) == list(range(1, 101)), "not each item came out once"
    assert_holds(system.history, bounded_queue.check, bound=BOUND)


@pytest.mark.experiment("004", "queue of 10 that nobody reads", "after 10 items the put blocks")
def test_a_full_queue_makes_its_producer_wait(system: System) -> None:
    """Nobody takes: the queue fills up with ten items, an offer with a time limit is refused, and the eleventh put
    waits, until somebody takes.
    """
    items = Items(system)
    with items.putting(range(1, 12)) as eleventh:
        until("ten items in the queue", items.size, lambda size: size == BOUND, timeout_s=10)
        assert not items.offer(99, within_s=1.0)
        assert not eleventh.done()
        items.take_all(11, consumers=1)

    assert_holds(system.history, bounded_queue.check, bound=BOUND)


def test_a_full_queue_survives_the_loss_of_its_owner(system: System, faults: Nemesis) -> None:
    """The queue is full, and the member that owns it is killed. With one backup all ten items are still there."""
    items = Items(system)
    items.put(range(1, 11))

    faults.inject(Kill(), owner_of(items.name)).until(member_list_of(2))

    taken = items.take_all(10, consumers=2)
    assert sorted(taken["consumer-1"] + taken["consumer-2"]) == list(range(1, 11))
    assert_holds(system.history, bounded_queue.check, bound=BOUND)


@pytest.mark.experiment("004", "the first two runs", "under 100 values, then over 100")
def test_what_an_early_end_leaves_comes_out_in_the_next_run(system: System) -> None:
    """The mistake behind the report's first run with under, and second with over 100 items: consumers that end when the
    queue is empty, and start before the producer. They get nothing, ten items stay, and the next run gets 110.
    """
    items = Items(system)
    first = items.take_until(-1, consumers=2)
    items.put(range(1, 11))
    with items.putting(range(101, 201)):
        second = items.take_all(110, consumers=2)

    assert [len(taken) for taken in first.values()] == [0, 0]
    assert sum(len(taken) for taken in second.values()) == 110
    assert_holds(system.history, bounded_queue.check, bound=BOUND)


@pytest.mark.experiment("004", "consumers with a poison pill and the queue's size", "under 100 values")
def test_consumers_that_trust_the_size_and_one_pill_miss_items(system: System) -> None:
    """The mistake behind the report's odd first runs: consumers that go on while the queue is not empty, or until they
    take the only poison pill. They end early, and items are left over: the checker finds them lost.
    """
    items = Items(system)
    with items.putting([*range(1, 10), -1]) as put:
        put.result()
        items.take_until(-1, consumers=2)
    items.put(range(10, 20))

    assert_broken(system.history, bounded_queue.check, "lost", bound=BOUND)
