"""The last replica of Kafka that is in sync, which loses what it has not written to its disk, and leads again."""

import pytest

from harness import Nemesis, Stop, System, assert_holds, node
from harness.checkers import partition_log
from harness.servers.kafka import Kafka, full_isr, kafka
from harness.servers.kafka.faults import torn_log
from harness.waiting import until
from tests.track_record.defect import Defect, Side
from tests.track_record.kafka_clients.records import Records

TWO_REPLICAS = {"default.replication.factor": "2"}
DEFECT = Defect(
    wrong="of the replicas that have everything only the last one in sync may lead, be it that it lost some of it, and "
    "the others lose it then as well (KIP-966)",
    links=("https://kafka.apache.org/41/operations/eligible-leader-replicas",),
    found_by="C. Liu (KIP-966)",
    anomaly="unseen",
    affected=Side("Kafka 4.0.2", (kafka(3, settings=TWO_REPLICAS, version="4.0.2"),)),
    fixed=Side("Kafka 4.1.2", (kafka(3, settings=TWO_REPLICAS, version="4.1.2"),)),
)
#: It takes some of the records.
TORN = 500
TIMEOUT_S = 120.0


@pytest.mark.faulttolerance
@DEFECT.sides
def test_a_replica_that_stopped_in_order_leads_instead_of_one_that_lost_its_tail(
    system: System, faults: Nemesis, side: None
) -> None:
    """Two replicas acknowledge 20 records, and take none if they are not both in sync. The follower is stopped; the
    leader is killed, and the end of its log is lost. Then the follower is started, and after it the leader.
    Everything that was acknowledged is still there, as the follower has it.
    """
    cluster, records = system.clusters[Kafka], Records(system, partitions=1, configs={"min.insync.replicas": "2"})
    records.send(20)
    (partition,) = cluster.partitions(records.topic)
    assert partition.leader is not None
    leader, (follower,) = cluster.broker(partition.leader), partition.isr - {partition.leader}

    whole = faults.inject(Stop(), node(cluster.broker(follower).spec.name))
    alone = frozenset({partition.leader})
    until("the leader to be alone", lambda: cluster.partitions(records.topic)[0].isr == alone, timeout_s=TIMEOUT_S)
    torn = faults.inject(torn_log(records.topic, size=TORN), node(leader.spec.name))
    whole.undo()
    until(
        "the leader to be given up",
        lambda: cluster.partitions(records.topic)[0].leader != partition.leader,
        timeout_s=TIMEOUT_S,
    )
    torn.undo().until(full_isr(records.topic))

    records.read()
    assert_holds(system.history, partition_log.check)
