"""By when something must have followed a fault, as the settings of failure detectors imply it.

A kind of server or a suite has its bounds in a module `bounds`. They are worked out from what a history says of its
system: nobody is asked, and nothing is measured. What no setting bounds has no number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from harness.errors import BadInputError
from harness.events import NEMESIS, Event
from harness.guarantees import Broken, Settings, broken
from harness.offered import modules
from harness.steps import Step

#: The name of the event that records the declared settings of the failure detectors, by their names.
DETECTORS = "detectors"
#: The name of the event that has them beside those that the servers say they have, as `harness.readback` compares them.
IN_FORCE = "detectors-in-force"
#: A budget is so many times what settings imply, and so many seconds: a machine that is busy runs detectors late, and
#: after them the clients' own time-outs and the start of a server come, which take seconds each.
_TIMES, _MORE_S = 3, 10.0


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
        except (KeyError, ValueError, TypeError):
            return None

    @property
    def words(self) -> str:
        """The settings that the bound is the sum of."""
        return " + ".join(term.words for term in self.terms) or "none"


@cache
def bounds() -> tuple[Bound, ...]:
    """All bounds of the packages."""
    return tuple(value for module in modules("bounds") for value in vars(module).values() if isinstance(value, Bound))


@dataclass(frozen=True)
class Detectors:
    """The settings of the failure detectors of a history's servers.

    Attributes:
        declared: those that they were to have.
        effective: those that somebody said, as they are.
        unread: by who was to say them, why nobody knows them.
    """

    declared: Settings
    effective: Settings
    unread: Settings

    @property
    def in_force(self) -> Settings:
        """The settings that count: as they are; what nobody said, as it was declared."""
        return {**self.declared, **self.effective}

    def note(self, bound: Bound) -> str:
        """A word on the settings of a bound that are not as declared, or that nobody said; empty if there is none."""
        names = [term.setting for term in bound.terms if term.setting in self.declared]
        differing = [
            f"{name} is {self.effective[name]}, declared was {self.declared[name]}"
            for name in names
            if self.effective.get(name, self.declared[name]) != self.declared[name]
        ]
        unsaid = [name for name in names if name not in self.effective]
        whose = "".join(f"; {teller}: {why}" for teller, why in self.unread.items())
        as_declared = [f"as declared, as nobody says it: {', '.join(unsaid)}{whose}"] if unsaid else []
        return "; ".join((*differing, *as_declared))


def detectors_of(events: Iterable[Event]) -> Detectors:
    """The settings of the failure detectors that a history says were declared, and are in force."""
    found: dict[str, dict[str, str]] = {"declared": {}, "effective": {}, "unread": {}}
    for event in events:
        if event.process != NEMESIS or not isinstance(event.value, Mapping):
            continue
        if event.f == DETECTORS:
            found["declared"] |= event.value
        elif event.f == IN_FORCE:
            for part in ("effective", "unread"):
                said = event.value.get(part)
                found[part] |= said if isinstance(said, Mapping) else {}
    return Detectors(**found)


def bounds_of(events: Sequence[Event]) -> Sequence[Mapping[Step, Bound]]:
    """For each fault of a history, in order, the bound of each step that anybody says something of."""
    return [
        {step: bound for bound in reversed(bounds()) if bound.under(hit) for step in bound.steps}
        for hit in broken(events)
    ]


def budget_s(events: Iterable[Event], step: Step | None = None) -> float:
    """How long nothing may succeed, or a step take, whichever node is lost, for a machine that is not all too slow.

    In seconds: three times the longest time that the declared settings of the system's detectors imply, and 10 s. A
    scenario is not to fail because its machine is busy. Declared, not in force: other settings are not what was
    promised.

    Args:
        events: the history.
        step: what follows a fault, and is bounded; without one everything that is.

    Raises:
        BadInputError: the history has no settings that bound it.
    """
    settings = detectors_of(events).declared
    those = [bound for bound in bounds() if step is None or step in bound.steps]
    implied = [seconds for bound in those if (seconds := bound.seconds(settings)) is not None]
    if not implied:
        what = f"the {step}" if step else "anything"
        raise BadInputError(f"no setting of these servers bounds {what}, so there is no budget; give one in seconds")
    return round(_TIMES * max(implied) + _MORE_S, 2)
