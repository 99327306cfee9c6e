"""A member of a kafka-python group that has a listener, and keeps a partition over a rebalance."""

import pytest

from harness import System, assert_holds
from harness.checkers import partition_log
from harness.servers.kafka import kafka
from harness.waiting import until
from tests.track_record.defect import Defect, Side
from tests.track_record.kafka_clients.records import Records, await_read, settle

DEFECT = Defect(
    wrong="a partition that a member keeps over a rebalance stays marked as being taken away, and is not fetched from",
    links=("https://github.com/dpkp/kafka-python/issues/3131", "https://github.com/dpkp/kafka-python/issues/3138"),
    found_by="dskrypa, dminhtrn (2026)",
    anomaly="unseen",
    affected=Side("kafka-python 3.0.8", (kafka(1),), "3.0.8"),
    fixed=Side("kafka-python 3.0.9", (kafka(1),), "3.0.9"),
)
TIMEOUT_S, PATIENCE_S = 90.0, 30.0


@pytest.mark.faulttolerance
@DEFECT.sides
def test_a_member_reads_on_what_it_keeps_over_a_rebalance(system: System, side: str) -> None:
    """A member of a group reads two partitions. A second one joins, which takes one of them over; then more is sent.
    The two of them read all that was sent.
    """
    records = Records(system, partitions=2)
    records.send(10)
    first = records.reader(side, group=records.topic)
    await_read([first], records.sent, timeout_s=TIMEOUT_S)
    second = records.reader(side, group=records.topic)
    until("a partition for each member", lambda: (len(first.share), len(second.share)) == (1, 1), timeout_s=TIMEOUT_S)
    records.send(10)
    settle([first, second], 20, patience_s=PATIENCE_S)
    assert_holds(system.history, partition_log.check)
