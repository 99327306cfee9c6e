"""The end of a transaction of Kafka that is held up on its way, and ends a later one."""

import pytest

from harness import Disconnect, HeldFrame, Nemesis, System, assert_holds
from harness.checkers import partition_log
from harness.servers.kafka import kafka, transaction_coordinator
from tests.track_record.defect import Defect, Side
from tests.track_record.java_clients.transacting import Transacting
from tests.track_record.kafka_clients.records import Records

DEFECT = Defect(
    wrong="a request that ends a transaction, and comes late, ends whichever one its producer has open (KAFKA-17754)",
    links=("https://issues.apache.org/jira/browse/KAFKA-17754",),
    found_by="K. Kingsbury (Jepsen, 2024)",
    anomaly="aborted read",
    affected=Side("kafka-clients 3.9.1 with Kafka 4.3.1", (kafka(1),), "3.9.1"),
    fixed=Side("kafka-clients 4.3.1 with Kafka 4.3.1", (kafka(1),), "4.3.1"),
)
#: The key of the request that ends a transaction, EndTxn, and how long it is held, in seconds.
END_OF_A_TRANSACTION, LATE_S = 26, 5.0
TIMES, TIMEOUT_S = 3, 240.0


@pytest.mark.faulttolerance
@pytest.mark.needs(HeldFrame(LATE_S))
@DEFECT.sides
def test_the_end_of_a_transaction_ends_no_later_one(system: System, faults: Nemesis, side: str) -> None:
    """A producer sends transactions of two seconds. The request that ends one is held up on its way, and its connection
    is reset; the producer asks again on another one, and goes on. Three times.
    Nothing of a transaction that was not committed is read by who reads what is committed.
    """
    records = Records(system, partitions=1)
    producer = Transacting(side, system, records)
    for _ in range(TIMES):
        producer.await_committed(1, timeout_s=TIMEOUT_S)
        late = faults.inject(HeldFrame(LATE_S, key=END_OF_A_TRANSACTION), transaction_coordinator(producer.name))
        faults.inject(Disconnect(), transaction_coordinator(producer.name))
        late.undo()
    producer.await_committed(1, timeout_s=TIMEOUT_S)
    producer.end()

    records.read(isolation="read_committed")
    assert_holds(system.history, partition_log.check)
