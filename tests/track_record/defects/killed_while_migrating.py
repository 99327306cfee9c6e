"""A member of Hazelcast that is killed while partitions move to it."""

import pytest

from harness import Kill, Nemesis, System, assert_holds, node
from harness.checkers import set_full
from harness.waiting import until
from tests.track_record.defect import Defect, Side
from tests.track_record.old_hazelcast.entries import RestEntries
from tests.track_record.old_hazelcast.kind import OldHazelcast

DEFECT = Defect(
    wrong="a partition that has moved is where it moved to and nowhere else, until a backup of it is made again",
    links=("https://github.com/hazelcast/hazelcast/issues/5444", "https://github.com/hazelcast/hazelcast/issues/6628"),
    found_by="elmor, lukasblu (2015)",
    anomaly="lost",
    affected=Side("Hazelcast 3.6.1", (OldHazelcast(2, "3.6.1"),)),
    fixed=Side("Hazelcast 3.7.8", (OldHazelcast(2, "3.7.8"),)),
)
MOVED = "All migration tasks have been completed"
TIMEOUT_S = 240.0


@pytest.mark.faulttolerance
@DEFECT.sides
def test_a_member_that_is_killed_when_partitions_have_moved_to_it_takes_none_along(
    system: System, faults: Nemesis, side: None
) -> None:
    """One of two members has all 300 entries, as the other was killed. That one comes back, and is killed again at the
    moment at which half of the partitions have moved to it. The first one has kept a copy: everything is still there.
    """
    cluster, entries = system.clusters[OldHazelcast], RestEntries(system)
    stays, comes = cluster.nodes
    killed = faults.inject(Kill(), node(comes.spec.name))
    cluster.await_size(1, timeout_s=TIMEOUT_S)
    entries.put(300, stays)

    before = stays.logs().count(MOVED)
    killed.undo()
    until("partitions to have moved", lambda: stays.logs().count(MOVED) > before, timeout_s=TIMEOUT_S)
    faults.inject(Kill(), node(comes.spec.name))
    cluster.await_size(1, timeout_s=TIMEOUT_S)

    entries.read(stays)
    assert_holds(system.history, set_full.at_the_end)
