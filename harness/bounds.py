"""By when something must have followed a fault, as the settings of failure detectors imply it.

A kind of server or a suite has its bounds in a module `bounds`. They are worked out from what a history says of its
system: nobody is asked, and nothing is measured. What no setting bounds has no number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from harness.errors import BadInputError
from harness.events import NEMESIS, Event
from harness.guarantees import Broken, Settings, broken
from harness.offered import modules

#: The name of the event that records the declared settings of the failure detectors, by their names.
DETECTORS = "detectors"
#: A budget is so many times what settings imply, and so many seconds: a machine that is busy runs detectors late, and
#: after them the clients' own time-outs and the start of a server come, which take seconds each.
_TIMES, _MORE_S = 3, 10.0


class Step(StrEnum):
    """One thing that follows a fault."""

    #: Those that go on show something of it.
    DETECTION = "detection"
    #: What it led is led by another node.
    LEADER = "leader"
    #: Every copy is in place again.
    REDUNDANCY = "redundancy"


@dataclass(frozen=True)
class Term:
    """A setting that is part of a bound: how often it counts, and its unit in seconds."""

    setting: str
    times: float = 1.0
    unit_s: float = 1.0

    def seconds(self, settings: Settings) -> float:
        """The part of the bound, in seconds.

        Raises:
            KeyError: the setting is not there.
            ValueError: it is no number.
        """
        return float(settings[self.setting]) * self.unit_s * self.times

    @property
    def words(self) -> str:
        """The part of the bound in words."""
        return self.setting if self.times == 1 else f"{self.times:g} x {self.setting}"


@dataclass(frozen=True)
class Bound:
    """By when steps must have followed a fault.

    Attributes:
        steps: what must have followed.
        terms: the settings whose sum is the bound; none if no setting bounds it.
        because: one sentence that says why.
        source: where that is documented.
        under: whether it is about a fault.
    """

    steps: tuple[Step, ...]
    terms: tuple[Term, ...]
    because: str
    source: str
    under: Callable[[Broken], bool]

    def seconds(self, settings: Settings) -> float | None:
        """The bound in seconds; None if nothing bounds it, or these settings lack one that does, as a number."""
        try:
            return sum(term.seconds(settings) for term in self.terms) if self.terms else None
        except (KeyError, ValueError):
            return None

    @property
    def words(self) -> str:
        """The settings that the bound is the sum of."""
        return " + ".join(term.words for term in self.terms) or "none"


@cache
def bounds() -> tuple[Bound, ...]:
    """All bounds of the packages."""
    return tuple(value for module in modules("bounds") for value in vars(module).values() if isinstance(value, Bound))


def detectors_of(events: Iterable[Event]) -> Settings:
    """The settings of the failure detectors that a history says were declared."""
    settings: dict[str, str] = {}
    for event in events:
        if event.process == NEMESIS and event.f == DETECTORS and isinstance(event.value, Mapping):
            settings |= event.value
    return settings


def bounds_of(events: Sequence[Event]) -> Sequence[Mapping[Step, Bound]]:
    """For each fault of a history, in order, the bound of each step that anybody says something of."""
    return [
        {step: bound for bound in reversed(bounds()) if bound.under(hit) for step in bound.steps}
        for hit in broken(events)
    ]


def budget_s(events: Iterable[Event]) -> float:
    """How long nothing may succeed, whichever node is lost, for a machine that is not all too slow; in seconds.

    It is three times the longest time that the settings of the system's detectors imply, and 10 s: a scenario is not
    to fail because its machine is busy.

    Raises:
        BadInputError: the history has no settings that bound anything.
    """
    settings = detectors_of(events)
    implied = [seconds for bound in bounds() if (seconds := bound.seconds(settings)) is not None]
    if not implied:
        raise BadInputError("the settings of these servers bound nothing, so there is no budget; give one in seconds")
    return round(_TIMES * max(implied) + _MORE_S, 2)
