"""The slice of a day, of what the backend can run: what it skips leaves its place to others."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence

from tests.zoo.mutant import Mutant
from tests.zoo.plan import Pair, durations, slice_of
from tests.zoo.results import SKIPPED, Results


def run_slice(
    plan: Sequence[Pair],
    mutants: Mapping[str, Mutant],
    day: datetime.date,
    results: Results,
    run: Callable[[Sequence[Pair]], None],
) -> list[Pair]:
    """Runs the slice of a day, and again without what was skipped; answers with what could be run.

    Which pairs a backend can't run it says itself, when they are tried; a try that is skipped starts no servers.
    """
    unable: set[Pair] = set()
    while True:
        chosen = slice_of(plan, mutants, day, durations(), unable)
        tried = results.open(chosen)
        run(tried)
        skipped = {each.pair for each in results.all if each.colour == SKIPPED} & set(tried)
        if not skipped:
            return chosen
        unable |= skipped
