"""Demands of the scenarios that lose members of a Hazelcast map: as much is lost as settings and faults permit."""

from __future__ import annotations

from harness.assertions import Demand, demand
from harness.checkers import Verdict, effective_settings
from harness.checkers.offered import Checker
from harness.history import History
from harness.servers.hazelcast.checkers import lost_partitions
from harness.servers.hazelcast.shares import permitted_loss


def assert_lost_as_permitted(history: History, checker: Checker = lost_partitions.check) -> Verdict:
    """Demands: those partitions of the map are lost that its backups and the faults permit, and no others.

    Args:
        history: what the scenario recorded, with the settings of its map.
        checker: `lost_partitions.check`, or `loss_rate.check` for a scenario of several rounds.
    """
    return demand(history, Demand(effective_settings.check), Demand(checker, permitted_loss(history.events)))
