"""A consumer of kafka-python that reads records from before the latest election of their partition's leader."""

import pytest

from harness import Nemesis, Restart, System, assert_holds, node
from harness.checkers import partition_log
from harness.servers.kafka import full_isr, kafka
from tests.track_record.defect import Defect, Side
from tests.track_record.kafka_clients.records import Records, settle

DEFECT = Defect(
    wrong="a position behind a record of an older leader is validated anew at each poll, and is never fetched from",
    links=("https://github.com/dpkp/kafka-python/issues/3106",),
    found_by="cozifyaki (2026)",
    anomaly="unseen",
    affected=Side("kafka-python 3.0.5", (kafka(1),), "3.0.5"),
    fixed=Side("kafka-python 3.0.6", (kafka(1),), "3.0.6"),
)
#: A fetch brings two records.
SIZE, FETCHED = 1000, 2500
PATIENCE_S = 30.0


@pytest.mark.faulttolerance
@DEFECT.sides
def test_a_consumer_reads_on_after_an_election(system: System, faults: Nemesis, side: str) -> None:
    """Send 20 records, restart the only broker, so that the partition has a leader of another epoch, and read.
    A consumer that fetches two at a time gets all of them.
    """
    records = Records(system, partitions=1)
    records.send(20, size=SIZE)
    faults.inject(Restart(), node("kafka-1")).until(full_isr(records.topic))
    reader = records.reader(side, max_partition_fetch_bytes=FETCHED, fetch_max_bytes=FETCHED)
    settle([reader], records.sent, patience_s=PATIENCE_S)
    assert_holds(system.history, partition_log.check)
