"""Which scenarios are run with which mutants in place, by how many runs, and what a day's slice is."""

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


def pairs(mutants: Iterable[Mutant]) -> list[Pair]:
    """Each mutant with each of the scenarios that have to see it."""
    return [(mutant.name, scenario) for mutant in mutants for scenario in mutant.seen]


def shares(plan: Sequence[Pair], mutants: Mapping[str, Mutant], count: int) -> list[list[Pair]]:
    """The plan in at most `count` parts that take about as long; all of a mutant is in one of them."""
    took = durations()
    by_name: dict[str, list[Pair]] = {}
    for pair in plan:
        by_name.setdefault(pair[0], []).append(pair)
    work = [
        Work(name, _servers(own[0], mutants), sum(took.get(scenario, _UNKNOWN_S) + _SERVICES_S for _, scenario in own))
        for name, own in by_name.items()
    ]
    parts = [[pair for name in by_name if name in part for pair in by_name[name]] for part in partition(work, count)]
    return [part for part in parts if part]


def slice_of(
    plan: Sequence[Pair],
    mutants: Mapping[str, Mutant],
    day: datetime.date,
    took: Mapping[str, float],
    unable: Collection[Pair] = (),
) -> list[Pair]:
    """The part of a plan whose turn it is on a day: from the day's first pair on, as many as fit.

    Each pair is the first some day. Those that have the servers in common with the first are taken, as a start of
    servers costs as much as a scenario. Where the backend is unable to run a pair, the next one is taken.
    """
    known = [pair for pair in plan if not mutants[pair[0]].survives]
    first = day.toordinal() % len(known)
    turn = [pair for pair in (*known[first:], *known[:first]) if pair not in unable]
    alike = [pair for pair in turn if _servers(pair, mutants) == _servers(turn[0], mutants)]
    left_s = SLICE_S - _SERVERS_S
    chosen: list[Pair] = []
    for pair in alike:
        cost_s = took.get(pair[1], _UNKNOWN_S) + _SERVICES_S
        if not chosen or cost_s <= left_s:
            chosen.append(pair)
            left_s -= cost_s
    return chosen


def _servers(pair: Pair, mutants: Mapping[str, Mutant]) -> str:
    """What stands for the servers that a pair needs: the scenarios of one file share theirs, most of the time."""
    return pair[0] if mutants[pair[0]].patch else pair[1].partition("::")[0]
