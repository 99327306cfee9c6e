"""Demands of the scenarios that lose members of a Hazelcast map: what is lost, and read, is as settings permit."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from harness.assertions import Demand, demand
from harness.checkers import Verdict, effective_settings, register, set_full
from harness.checkers.offered import Checker
from harness.checkers.register import DIRTY
from harness.errors import BadInputError
from harness.guarantees import permitted
from harness.history import History
from harness.servers.hazelcast.checkers import lost_partitions
from harness.servers.hazelcast.shares import permitted_loss

#: By what settings permit, what that is called where it is seen.
_SEEN = {"entry lost": "lost", "entry stale": "stale"}


def assert_lost_as_permitted(history: History, checker: Checker = lost_partitions.check) -> Verdict:
    """Demands: those partitions of the map are lost that its backups and the faults permit, and no others.

    Args:
        history: what the scenario recorded, with the settings of its map.
        checker: `lost_partitions.check`, or `loss_rate.check` for a scenario of several rounds.
    """
    return demand(history, Demand(effective_settings.check), Demand(checker, permitted_loss(history.events)))


def assert_kept(history: History, *, shows: Collection[str] = ()) -> Verdict:
    """Demands: every key that was acknowledged is read from then on, and in the end, and no other.

    A loss that settings permit is a loss all the same, and told with its cause, unless the scenario is there to show
    it.

    Args:
        history: what the scenario recorded, with the settings of its map.
        shows: the names of permitted anomalies that the scenario provokes: they have to be found.

    Raises:
        BadInputError: nothing permits one of those.
    """
    may = _permitted(history, shows)
    causes = {seen: may[anomaly] for anomaly, seen in _SEEN.items() if anomaly in may}
    shown = tuple(_SEEN[anomaly] for anomaly in shows)
    return demand(
        history,
        Demand(effective_settings.check),
        Demand(set_full.over_time, {"linearizable": True}, shown, {} if shows else _dirty(may), causes),
        Demand(set_full.at_the_end, {}, tuple(seen for seen in shown if seen == "lost"), causes=causes),
    )


def assert_elements(history: History) -> Verdict:
    """Demands: every element of a set that was acknowledged is read from then on, and in the end, and no other.

    A read of an element whose addition is undone later may come where settings permit it: nobody was told of that one.

    Args:
        history: what the scenario recorded, with the settings of its set.
    """
    return demand(
        history,
        Demand(effective_settings.check),
        Demand(set_full.over_time, {"linearizable": True}, permitted=_dirty(permitted(history.events))),
        Demand(set_full.at_the_end),
    )


def assert_registers(history: History, *, shows: Collection[str] = ()) -> Verdict:
    """Demands: every read of a key of a map returns what a single register could have held at some moment of it.

    A read of a write that is undone later may come where settings permit it: nobody was told that the write was done.

    Args:
        history: what the scenario recorded, with the settings of its map.
        shows: the names of permitted anomalies that the scenario provokes: they have to be found.

    Raises:
        BadInputError: nothing permits one of those.
    """
    may = _permitted(history, shows)
    return demand(
        history,
        Demand(effective_settings.check),
        Demand(register.check, {}, tuple(shows), {} if shows else _dirty(may)),
    )


def _dirty(may: Mapping[str, str]) -> Mapping[str, str]:
    """What of it is a read of a write that is undone later."""
    return {name: why for name, why in may.items() if name == DIRTY}


def _permitted(history: History, shows: Collection[str]) -> Mapping[str, str]:
    """What the settings and faults of a history permit, by the names of anomalies, with the reasons.

    Raises:
        BadInputError: what is to be shown is not among it.
    """
    may = permitted(history.events)
    if unexplained := [anomaly for anomaly in shows if anomaly not in may]:
        known = ", ".join(may) or "nothing"
        raise BadInputError(f"nothing permits {unexplained[0]!r} here, so it can't be shown; permitted: {known}")
    return may
