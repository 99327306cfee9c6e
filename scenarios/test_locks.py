"""One key that three clients increment: with and without locks, in peace and while a member dies (report 004)."""

import pytest

from harness import Kill, Nemesis, System, assert_broken, assert_holds
from harness.checkers import counter
from harness.servers.hazelcast import hazelcast, owner_of
from harness.servers.hazelcast.workloads.increments import Increments

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
