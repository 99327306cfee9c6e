"""Demands of the message workload's scenarios; most scenarios make all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from harness.assertions import Demand, demand
from harness.checkers import Verdict, effective_settings
from harness.checkers.offered import Checker
from harness.errors import BadInputError
from harness.guarantees import at_risk, permitted
from harness.history import History
from harness.messages.checkers import (
    aggregation,
    commits,
    delivery,
    integrity,
    kept,
    partition_order,
    requests,
    retention,
)
from harness.messages.promised import Promised, promised

#: By what settings permit, what that is called where it is seen.
_INCOMPLETE = "incomplete logging part"
_OURS = {"entry lost": _INCOMPLETE, "entry stale": _INCOMPLETE}
#: What settings permit and nobody loses anything by: it may come wherever it is permitted.
_TOLERATED = {"duplicated", "taken again", "out of order", "vanished"}
_Check: TypeAlias = "tuple[Checker, Mapping[str, object], tuple[str, ...]]"


def assert_delivered_and_aggregated(
    history: History, *, shows: Collection[str] = (), answered: bool = False
) -> Verdict:
    """Demands: no acknowledged message lost, altered, invented or doubled, order kept, every answer right.

    A message may come twice where the settings and the faults of the history permit it (`harness.guarantees`). A loss
    that they permit is a loss all the same, and told with its cause, unless the scenario is there to show it. Where
    they permit it in some partitions alone, in any other it is `lost elsewhere`, which nothing permits. The settings
    have to be those that were declared. What the system of the history does not promise is not demanded
    (`harness.messages.promised`).

    Args:
        history: what the scenario recorded.
        shows: the names of permitted anomalies that the scenario provokes: they have to be found.
        answered: whether every request has to have been answered with success, too.

    Raises:
        BadInputError: nothing permits one of those.
    """
    may = {_OURS.get(anomaly, anomaly): why for anomaly, why in permitted(history.events).items()}
    if unexplained := [anomaly for anomaly in shows if anomaly not in may]:
        known = ", ".join(may) or "nothing"
        raise BadInputError(f"nothing permits {unexplained[0]!r} here, so it can't be shown; permitted: {known}")
    said = promised(history.events)
    if not said.delivers and _INCOMPLETE in may:
        may["lost"] = may[_INCOMPLETE]
    partitions = at_risk(history.events, "lost") if "lost" in may else None
    bound = {} if partitions is None else {"at_risk": sorted(partitions)}
    checks = _checks(said, bound)
    every_request = [Demand(requests.check)] if answered else []
    return demand(history, Demand(effective_settings.check), *every_request, *_demands(checks, may, shows))


def _checks(said: Promised, bound: Mapping[str, object]) -> Sequence[_Check]:
    """The checkers of what a system promises, their arguments, and which anomalies that settings permit they find."""
    if not said.delivers:
        return [
            (kept.check, {}, ("lost",)),
            (integrity.check, {}, ()),
            (aggregation.check, {"delivers": False}, (_INCOMPLETE,)),
        ]
    told = {name: False for name in ("named", "keeps", "exactly_once") if not getattr(said, name)}
    return [
        (delivery.check, {"exactly_once": said.exactly_once, **bound}, ("lost", "duplicated")),
        *([(commits.check, {}, ("taken again",))] if said.commits else []),
        *([(partition_order.check, {}, ("out of order",))] if said.order else []),
        (integrity.check, {}, ()),
        *([(retention.check, {}, ("vanished",))] if said.named and said.keeps else []),
        *([(aggregation.check, told, (_INCOMPLETE,))] if said.aggregates else []),
    ]


def _demands(checks: Sequence[_Check], may: Mapping[str, str], shows: Collection[str]) -> Iterator[Demand]:
    for checker, arguments, names in checks:
        tolerated = {name: may[name] for name in names if name in may and name in _TOLERATED}
        causes = {name: may[name] for name in names if name in may and name not in _TOLERATED}
        yield Demand(checker, arguments, tuple(name for name in names if name in shows), tolerated, causes)
