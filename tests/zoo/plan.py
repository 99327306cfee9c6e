"""Which scenarios are run with which mutants in place, in what order, by how many runs, and what a day's slice is."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Iterable, Mapping, Sequence

from harness.plugin.sharding import DURATIONS, Work, partition
from tests.zoo.mutant import ROOT, Mutant

#: A mutant with a scenario.
Pair = tuple[str, str]
#: The seconds of a scenario that nobody measured, of new services for one, and of the start of servers.
_UNKNOWN_S, _SERVICES_S, _SERVERS_S = 12.0, 2.0, 12.0
#: How long a day's slice may take with the correct services, in seconds; some mutants are waited for a minute longer.
SLICE_S = 60.0


def durations() -> Mapping[str, float]:
    """The seconds that each scenario takes, by its id from its file on."""
    known = json.loads((ROOT / DURATIONS).read_text())
    return {name.removeprefix("scenarios/"): float(seconds) for name, seconds in known.items()}


def pairs(mutants: Iterable[Mutant], done: Collection[Pair] = (), more: Sequence[str] = ()) -> list[Pair]:
    """What is still to be run: each mutant's scenarios in the order in which it has them.

    Args:
        mutants: all that are to be run.
        done: what has a result; a mutant is over with its first scenario that is red, see `Result`.
        more: scenarios to try afterwards, for those that nothing catches.
    """
    wanted = [(mutant.name, scenario) for mutant in mutants for scenario in dict.fromkeys((*mutant.seen, *more))]
    return [pair for pair in wanted if pair not in done]


def shares(plan: Sequence[Pair], mutants: Mapping[str, Mutant], count: int) -> list[list[Pair]]:
    """The plan in at most `count` parts that take about as long; all of a mutant is in one of them."""
    took = durations()
    by_name: dict[str, list[Pair]] = {}
    for pair in plan:
        by_name.setdefault(pair[0], []).append(pair)
    work = [
        Work(name, _servers(mutants[name]), took.get(own[0][1], _UNKNOWN_S) + _SERVICES_S)
        for name, own in by_name.items()
    ]
    parts = [[pair for name in by_name if name in part for pair in by_name[name]] for part in partition(work, count)]
    return [part for part in parts if part]


def slice_of(mutants: Sequence[Mutant], day: datetime.date, took: Mapping[str, float]) -> list[Mutant]:
    """The mutants whose turn it is on a day: from the day's first one on, as many as fit; each is first some day.

    Those that have the servers in common with the first are taken, as a start of servers costs as much as a scenario.
    """
    known = [mutant for mutant in mutants if not mutant.survives]
    first = day.toordinal() % len(known)
    turn = [*known[first:], *known[:first]]
    alike = [mutant for mutant in turn if _servers(mutant) == _servers(turn[0])]
    left_s = SLICE_S - _SERVERS_S
    chosen: list[Mutant] = []
    for mutant in alike:
        cost_s = took.get(next(iter(mutant.seen)), _UNKNOWN_S) + _SERVICES_S
        if not chosen or cost_s <= left_s:
            chosen.append(mutant)
            left_s -= cost_s
    return chosen


def _servers(mutant: Mutant) -> str:
    """What stands for the servers that a mutant needs: the scenarios of one file share theirs, most of the time."""
    return mutant.name if mutant.patch else next(iter(mutant.seen)).partition("::")[0]
