"""Hazelcast's transactions by themselves: what they do not keep, shown without any service of ours."""

import pytest

from harness import Kill, Nemesis, System, assert_broken, node
from harness.checkers import bounded_queue
from harness.servers.hazelcast import hazelcast, member_list_of, partitions_safe
from harness.servers.hazelcast.spec import BOUND
from harness.servers.hazelcast.workloads.items import Items

COORDINATOR = VICTIM = node("hazelcast-2")
LIMIT_S = 3.0


@pytest.mark.faulttolerance
@pytest.mark.guarantee("each item comes out once")
@pytest.mark.hazelcast
@pytest.mark.system(hazelcast())
def test_what_a_dead_coordinator_had_reserved_comes_back_to_nobody(system: System, faults: Nemesis) -> None:
    """A client polls an item in a transaction, and the member that coordinates the transaction is killed before the
    commit. The others know that its transactions are over, and still the item is given back to nobody, not even when
    the transaction's own time limit is over: Hazelcast 5.7 looks for the member's transactions under the client's name
    (docs/track-record.md). The checker finds the item lost.
    """
    items = Items(system)
    (coordinator,) = COORDINATOR(system.clusters).nodes
    items.put([1])

    with items.reserving(coordinator, limit_s=LIMIT_S):
        faults.inject(Kill(), VICTIM).until(member_list_of(2)).until(partitions_safe()).lasting(2 * LIMIT_S)
    items.put([2])
    items.take_until(2, consumers=1)

    assert_broken(system.history, bounded_queue.check, "lost", bound=BOUND)
