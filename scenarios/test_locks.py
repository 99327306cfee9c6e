"""One key that clients increment, with and without locks, in peace and while a member dies (report 004), or lock."""

import pytest

from harness import Isolate, Kill, Nemesis, System, assert_broken, assert_holds
from harness.checkers import counter, lock
from harness.servers.hazelcast import hazelcast, member_list_of, owner_of, partitions_safe, split_off
from harness.servers.hazelcast.workloads.increments import Increments
from harness.servers.hazelcast.workloads.locks import Lock

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no update is lost"),
    pytest.mark.hazelcast,
    pytest.mark.system(hazelcast()),
]


@pytest.mark.experiment("004", "3 clients x 10 000 increments without locks", "below 30 000")
def test_without_locks_updates_are_lost(system: System) -> None:
    """3 clients x 10 000 times read, add one, write; nothing is broken but the clients.
    The value is below 30 000: what another client wrote in between is overwritten. How many is reported.
    """
    Increments(system).run("none", clients=3, count=10_000)

    assert_broken(system.history, counter.check, "lost update")


@pytest.mark.experiment(
    "004", "3 clients x 10 000 increments, pessimistic and optimistic", "30 000 each; 12.82 s and 8.41 s"
)
@pytest.mark.parametrize("way", ["pessimistic", "optimistic"])
def test_with_locks_no_update_is_lost(system: System, way: str) -> None:
    """3 clients x 10 000 increments, under the key's lock, or replacing the value they read if it is still that.
    The value is exactly 30 000. Time, throughput and retries are reported.
    """
    Increments(system).run(way, clients=3, count=10_000)

    verdict = assert_holds(system.history, counter.check)
    assert verdict.figures["final"] == 30_000


@pytest.mark.parametrize("way", ["pessimistic", pytest.param("optimistic", marks=pytest.mark.quick)])
def test_with_locks_the_loss_of_a_member_loses_no_update(system: System, faults: Nemesis, way: str) -> None:
    """3 clients x 1 000 increments; in the middle of it the member that owns the key, and its lock, is killed.
    No acknowledged increment is lost; those that a client could not know about may count or not.
    """
    increments = Increments(system)
    increments.run(way, clients=3, count=1_000, meanwhile=lambda: faults.inject(Kill(), owner_of(increments.key)))

    assert_holds(system.history, counter.check)


def test_a_client_that_outlives_its_lock_overwrites_others(system: System) -> None:
    """3 clients x 100 increments under the key's lock, which members keep for half a second; now and then a client
    hangs for longer while it has the lock, and then writes what it was about to write.
    Another one has had the lock meanwhile, so updates are lost: nothing tells a lock's owner that it is none any more.
    """
    Increments(system).run("outlived", clients=3, count=100)

    assert_broken(system.history, counter.check, "lost update")


@pytest.mark.needs(Isolate())
def test_without_a_majority_both_sides_of_a_split_give_out_a_lock(system: System, faults: Nemesis) -> None:
    """Clients of every member take one lock, hold it for a moment, and give it back; the member that has it is cut off.
    Either side gives the lock to its own clients, so two of them have it at once.
    """
    taken = Lock(system)
    with taken.traffic(stay=True) as operations:
        operations.await_acknowledged(100)
        isolated = faults.inject(Isolate(), owner_of(taken.key)).until(split_off())
        # What a side took for given out when it was left alone it gives out again once the lease of that is over.
        alone = isolated.node.spec.name
        operations.await_acknowledged(20, at={alone})
        operations.await_acknowledged(20, at={each.name for each in system.deployment.topology} - {alone})
        isolated.undo().until(member_list_of(3)).until(partitions_safe())

    assert_broken(system.history, lock.check, "two owners")
