"""Demands of the message workload's scenarios; most scenarios make all of them."""

from __future__ import annotations

from harness.assertions import Demand, demand
from harness.checkers import Verdict
from harness.history import History
from harness.messages.checkers import aggregation, delivery, integrity, partition_order, retention


def assert_delivered_and_aggregated(history: History, *, exactly_once: bool = True, retained: bool = True) -> Verdict:
    """Demands: no acknowledged message lost, altered, invented or doubled, order kept, every answer right.

    Args:
        history: what the scenario recorded.
        exactly_once: False where the settings permit that a message is read twice.
        retained: False where a messages instance forgets the partitions that it has to give away.
    """
    delivered = Demand(delivery.check, {"exactly_once": exactly_once})
    # What comes twice comes out of order the second time.
    orderly = [Demand(partition_order.check)] if exactly_once else []
    keeping = [Demand(retention.check)] if retained else []
    return demand(history, delivered, *orderly, Demand(integrity.check), *keeping, Demand(aggregation.check))
