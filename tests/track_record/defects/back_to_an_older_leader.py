"""A consumer of kafka-python that is told of a leader of before the one that it reads from."""

import pytest

from harness import Kill, Nemesis, PeerPartition, System, assert_holds
from harness.checkers import partition_log
from harness.faults.protocol import Fault
from harness.servers.kafka import full_isr, kafka, leader_holding, new_leader
from tests.track_record.defect import Defect, Side
from tests.track_record.kafka_clients.records import Records, await_read

RELEASE = "3.0.12"
DEFECT = Defect(
    wrong="what a broker that the others have given up says of a partition's leader takes the place of what is newer, "
    "and its consumer begins anew there",
    links=(),
    found_by="these scenarios",
    anomaly="nonmonotonic poll",
    affected=Side("kafka-python 3.0.12, with a leader that is cut off from its peers", (kafka(3),), PeerPartition()),
    fixed=Side("not fixed; a leader that is killed", (kafka(3),), Kill()),
)
#: How often the client asks who leads, of whichever broker is listed: one that the others hear of again is listed at
#: once, though it has not heard yet what has become of its partitions.
ASKS_MS = 5
COUNT, TIMES, TIMEOUT_S = 20, 5, 60.0


@pytest.mark.faulttolerance
@pytest.mark.needs(PeerPartition())
@DEFECT.sides
def test_a_consumer_stays_with_the_newer_leader(system: System, faults: Nemesis, side: Fault) -> None:
    """A consumer reads a partition, whose leader is cut off from its peers alone, or killed. Another broker leads, and
    the consumer reads from it; then the old leader is back. Five times. Nothing has the consumer go back to what it had
    read before.
    """
    records = Records(system, partitions=1)
    records.send(COUNT)
    reader = records.reader(RELEASE, metadata_max_age_ms=ASKS_MS, retry_backoff_ms=ASKS_MS)
    for _ in range(TIMES):
        await_read([reader], records.sent, timeout_s=TIMEOUT_S)
        gone = faults.inject(side, leader_holding(records.topic, [0] * COUNT)).until(new_leader(records.topic))
        records.send(COUNT, without=[node.spec.name for node in gone.nodes])
        await_read([reader], records.sent, timeout_s=TIMEOUT_S)
        gone.undo().until(full_isr(records.topic))
    reader.end()
    assert_holds(system.history, partition_log.check)
