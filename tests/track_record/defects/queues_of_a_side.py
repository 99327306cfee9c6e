"""Members of Hazelcast that are cut off from each other, and queues that are gone when the sides have merged."""

import pytest

from harness import Isolate, Nemesis, System, assert_holds, node
from harness.checkers import set_full
from tests.track_record.defect import Defect, Side
from tests.track_record.old_hazelcast.kind import OldHazelcast
from tests.track_record.old_hazelcast.queued import RestQueues

#: As Jepsen had them: merges are tried every five seconds.
SETTINGS = (
    ("hazelcast.max.no.heartbeat.seconds", "10"),
    ("hazelcast.heartbeat.interval.seconds", "1"),
    ("hazelcast.merge.first.run.delay.seconds", "5"),
    ("hazelcast.merge.next.run.delay.seconds", "5"),
)
DEFECT = Defect(
    wrong="when the sides of a split merge, one throws its queues away, also those that it alone has",
    links=("https://jepsen.io/analyses/hazelcast-3-8-3",),
    found_by="K. Kingsbury (Jepsen, 2017)",
    anomaly="lost",
    affected=Side("Hazelcast 3.8.3", (OldHazelcast(2, "3.8.3", SETTINGS),)),
    fixed=Side("Hazelcast 3.12.12", (OldHazelcast(2, "3.12.12", SETTINGS),)),
)
QUEUES, TIMEOUT_S = 10, 240.0


@pytest.mark.faulttolerance
@pytest.mark.needs(Isolate())
@DEFECT.sides
def test_what_both_sides_put_into_queues_of_their_own_is_there_after_the_merge(
    system: System, faults: Nemesis, side: None
) -> None:
    """Two members are cut off from each other. Each is given an item for ten queues that the other one does not have,
    and acknowledges them all; then the sides merge, whichever into the other one. Every item comes out.
    """
    cluster, queues = system.clusters[OldHazelcast], RestQueues(system)
    one, other = cluster.nodes
    isolated = faults.inject(Isolate(), node(one.spec.name))
    cluster.await_size(1, timeout_s=TIMEOUT_S)
    queues.offer(QUEUES, one)
    queues.offer(QUEUES, other)
    isolated.undo()
    cluster.await_size(2, timeout_s=TIMEOUT_S)

    queues.take(one)
    assert_holds(system.history, set_full.at_the_end)
