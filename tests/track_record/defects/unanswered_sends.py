"""A producer of kafka-python that keeps the order of records, and gives several partitions up at once."""

from contextlib import suppress

import pytest

from harness import Kill, Nemesis, System, assert_holds, node
from harness.errors import AwaitTimeoutError
from harness.servers.kafka import kafka
from harness.waiting import until
from tests.track_record import answered
from tests.track_record.defect import Defect, Side
from tests.track_record.kafka_clients.records import Records

DEFECT = Defect(
    wrong="giving up a batch that was not on its way raises a KeyError, and what is given up with it is never answered",
    links=("https://github.com/dpkp/kafka-python/issues/3165",),
    found_by="not known here: found by what 3.0.12 changed",
    anomaly="unanswered",
    affected=Side("kafka-python 3.0.11", (kafka(1),), "3.0.11"),
    fixed=Side("kafka-python 3.0.12", (kafka(1),), "3.0.12"),
)
#: One request at a time on a connection keeps the order.
ORDERED = {"max_in_flight_requests_per_connection": 1, "enable_idempotence": False}
GIVEN_UP = {"delivery_timeout_ms": 6000, "request_timeout_ms": 4000}
TIMEOUT_S, PATIENCE_S = 90.0, 30.0


@pytest.mark.faulttolerance
@DEFECT.sides
def test_every_send_is_answered(system: System, faults: Nemesis, side: str) -> None:
    """Send to four partitions, kill the only broker, and send to them again.
    Each send is answered: those after the kill by an error, once they have waited for longer than they may.
    """
    records = Records(system, partitions=4)
    writer = records.writer(side, **ORDERED, **GIVEN_UP)
    writer.send(4)
    until("the first sends to be answered", lambda: writer.under_way == 0, timeout_s=TIMEOUT_S)

    faults.inject(Kill(), node("kafka-1"))
    writer.send(4)
    with suppress(AwaitTimeoutError):
        until("all sends to be answered", lambda: writer.under_way == 0, timeout_s=PATIENCE_S)
    writer.end()
    assert_holds(system.history, answered.check, f="send")
