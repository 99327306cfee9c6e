"""Kafka, as it was shipped, has a replica lead that lacks what was acknowledged."""

import pytest

from harness import Kill, Nemesis, System, assert_holds, node
from harness.checkers import set_full
from harness.waiting import until
from tests.track_record.defect import Defect, Side
from tests.track_record.old_kafka.elements import Elements
from tests.track_record.old_kafka.kind import OldKafka

DEFECT = Defect(
    wrong="by default a replica that is not in sync may lead, and what it lacks is gone (KIP-106)",
    links=("https://github.com/apache/kafka/pull/2625",),
    found_by="K. Kingsbury (Jepsen, 2013)",
    anomaly="lost",
    affected=Side("Kafka 0.10.2.1", (OldKafka(2, "0.10.2.1"),)),
    fixed=Side("Kafka 0.11.0.3", (OldKafka(2, "0.11.0.3"),)),
)
TIMEOUT_S = 240.0


@pytest.mark.faulttolerance
@DEFECT.sides
def test_who_was_not_in_sync_does_not_lead(system: System, faults: Nemesis, side: None) -> None:
    """Two brokers with the settings that they come with. The follower is killed, more is acknowledged by the leader
    alone, the leader is killed, and the follower comes back, and after it the leader.
    Everything that was acknowledged is still there.
    """
    cluster, elements = system.clusters[OldKafka], Elements(system, partitions=1, replicas=2)
    elements.add(20)
    (partition,) = cluster.partitions(elements.topic)
    assert partition.leader is not None
    leader, (follower,) = partition.leader, partition.isr - {partition.leader}

    behind = faults.inject(Kill(), node(cluster.broker(follower).spec.name))
    until("the leader to be alone", lambda: cluster.partitions(elements.topic)[0].isr == {leader}, timeout_s=TIMEOUT_S)
    elements.add(20)
    ahead = faults.inject(Kill(), node(cluster.broker(leader).spec.name))
    behind.undo()
    until("the follower to be alone", lambda: cluster.live() == {follower}, timeout_s=TIMEOUT_S)
    ahead.undo()
    until("both to be in sync", lambda: len(cluster.partitions(elements.topic)[0].isr) == 2, timeout_s=TIMEOUT_S)

    elements.read()
    assert_holds(system.history, set_full.at_the_end)
