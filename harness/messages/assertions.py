"""Demands of the message workload's scenarios; most scenarios make all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from harness.assertions import Demand, demand
from harness.checkers import Verdict, effective_settings
from harness.checkers.offered import Checker
from harness.errors import BadInputError
from harness.guarantees import at_risk, permitted
from harness.history import History
from harness.messages.checkers import aggregation, commits, delivery, integrity, partition_order, retention

#: By what settings permit, what that is called where it is seen.
_OURS = {"entry lost": "incomplete logging part", "entry stale": "incomplete logging part"}
#: What settings permit and nobody loses anything by: it may come wherever it is permitted.
_TOLERATED = {"duplicated", "taken again", "out of order", "vanished"}
#: The checkers, their arguments, and which anomalies that settings permit they find.
_CHECKS: tuple[tuple[Checker, Mapping[str, object], tuple[str, ...]], ...] = (
    (commits.check, {}, ("taken again",)),
    (partition_order.check, {}, ("out of order",)),
    (integrity.check, {}, ()),
    (retention.check, {}, ("vanished",)),
    (aggregation.check, {}, ("incomplete logging part",)),
)


def assert_delivered_and_aggregated(history: History, *, shows: Collection[str] = ()) -> Verdict:
    """Demands: no acknowledged message lost, altered, invented or doubled, order kept, every answer right.

    A message may come twice where the settings and the faults of the history permit it (`harness.guarantees`). A loss
    that they permit is a loss all the same, and told with its cause, unless the scenario is there to show it. Where
    they permit it in some partitions alone, in any other it is `lost elsewhere`, which nothing permits. The settings
    have to be those that were declared.

    Args:
        history: what the scenario recorded.
        shows: the names of permitted anomalies that the scenario provokes: they have to be found.

    Raises:
        BadInputError: nothing permits one of those.
    """
    may = {_OURS.get(anomaly, anomaly): why for anomaly, why in permitted(history.events).items()}
    if unexplained := [anomaly for anomaly in shows if anomaly not in may]:
        known = ", ".join(may) or "nothing"
        raise BadInputError(f"nothing permits {unexplained[0]!r} here, so it can't be shown; permitted: {known}")
    partitions = at_risk(history.events, "lost") if "lost" in may else None
    bound = {} if partitions is None else {"at_risk": sorted(partitions)}
    return demand(history, Demand(effective_settings.check), *_demands(bound, may, shows))


def _demands(bound: Mapping[str, object], may: Mapping[str, str], shows: Collection[str]) -> Iterator[Demand]:
    delivered = (delivery.check, {"exactly_once": True, **bound}, ("lost", "duplicated"))
    for checker, arguments, names in (delivered, *_CHECKS):
        tolerated = {name: may[name] for name in names if name in may and name in _TOLERATED}
        causes = {name: may[name] for name in names if name in may and name not in _TOLERATED}
        yield Demand(checker, arguments, tuple(name for name in names if name in shows), tolerated, causes)
