"""What follows a fault, step by step, in the words that bounds and checkers ask for: an effect says it, a history has
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Step(StrEnum):
    """One thing that follows a fault."""

    #: Those that go on show something of it.
    DETECTION = "detection"
    #: What it led or owned another node leads or owns.
    LEADER = "leader"
    #: Every copy is in place again.
    REDUNDANCY = "redundancy"


#: What effects show, by name, in histories from before an effect said it. Closed: a later one says it itself.
_BEFORE: Mapping[str, Step] = {"leader": Step.LEADER, "isr-full": Step.REDUNDANCY, "safe": Step.REDUNDANCY}


def shown_before_it_was_said(effect: str) -> Step:
    """What an effect of this name shows, in a history from before an effect said so."""
    return _BEFORE.get(effect, Step.DETECTION)
