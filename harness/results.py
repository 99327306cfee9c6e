"""How a scenario ends, in one or two words, and the exit status that goes with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from harness.errors import EXIT_BAD_INPUT, EXIT_INCONCLUSIVE


class Result(StrEnum):
    """The outcome of a scenario, in the words of the tables.

    With a permitted loss the settings permit all that was found: the scenario fails, and nobody's code is wrong. A
    broken test had to find something, such as a loss that it provoked, and found nothing.
    """

    HELD = "held"
    BROKEN = "broken"
    PERMITTED = "permitted loss"
    MISSED = "broken test"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    UNFIT = "unfit"
    QUARANTINED = "quarantined"
    SKIPPED = "skipped"

    @property
    def failed(self) -> bool:
        """Whether what ended so ran, and did not hold, whatever the reason."""
        return self not in (Result.HELD, Result.SKIPPED)


#: The exit status of a scenario that ended so; whatever else there is never ends a history.
EXITS: Mapping[Result, int] = {
    Result.HELD: 0,
    Result.SKIPPED: 0,
    Result.BROKEN: 1,
    Result.PERMITTED: 1,
    Result.MISSED: 1,
    Result.ERROR: 1,
    Result.UNFIT: EXIT_BAD_INPUT,
    Result.INCONCLUSIVE: EXIT_INCONCLUSIVE,
}


def gravest(results: Iterable[Result]) -> int:
    """The exit status of several: that of the gravest, where broken is worse than unfit, and inconclusive the least."""
    statuses = {EXITS.get(result, 0) for result in results}
    return next((status for status in (1, EXIT_BAD_INPUT, EXIT_INCONCLUSIVE) if status in statuses), 0)
