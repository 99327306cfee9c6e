"""Demands of the message workload's scenarios; most scenarios make all of them."""

from __future__ import annotations

from harness.assertions import Demand, demand
from harness.checkers import Verdict
from harness.history import History
from harness.messages.checkers import aggregation, delivery, partition_order


def assert_delivered_and_aggregated(history: History, *, exactly_once: bool = True) -> Verdict:
    """Demands: no acknowledged message lost, none invented or doubled, order kept, every GET right.

    Args:
        history: what the scenario recorded.
        exactly_once: False where the settings permit that a message is read twice.
    """
    delivered = Demand(delivery.check, {"exactly_once": exactly_once})
    # What comes twice comes out of order the second time.
    orderly = [Demand(partition_order.check)] if exactly_once else []
    return demand(history, delivered, *orderly, Demand(aggregation.check))
