"""What broke in the scenarios of a run, each thing once, and what of it is to be mended first. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from harness.plain import unnumbered
from harness.report.outcome import Found, Outcome
from harness.results import Result
from harness.telling import Advice, Cost, advice_on

_BROKE = frozenset({Result.BROKEN, Result.PERMITTED})
#: How a scenario ends that could not be carried out: what the system did wrong has a name then.
_OPEN = frozenset({Result.ERROR, Result.UNFIT})
#: The place of what nobody knows the cost of: behind everything else.
_UNKNOWN_COST = max(Cost) + 1
_LONGEST_TITLE = 90


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a system, in whichever scenarios it was seen.

    Attributes:
        found: as the first scenario says it.
        outcomes: of the scenarios in which it was seen.
        advice: what to do about it; None where nobody says anything.
    """

    found: Found
    outcomes: tuple[Outcome, ...]
    advice: Advice | None

    @property
    def title(self) -> str:
        """What it is called: the anomaly, or what was said of it where that has no name; of much its beginning."""
        sentence = self.found.sentence
        return self.found.name or (sentence if len(sentence) <= _LONGEST_TITLE else sentence.partition(": ")[0])


def findings(outcomes: Sequence[Outcome]) -> Sequence[Finding]:
    """Each thing that broke once, what costs most first, and of that what most scenarios show.

    What is wrong with the system is one also where the scenario held: it was there to break something else.
    """
    told = _alike([(found, each) for each in outcomes for found in each.found if broke(each) or found.name])
    return sorted(told, key=lambda finding: (_cost(finding), -len(finding.outcomes)))


def remarks(outcomes: Sequence[Outcome]) -> Sequence[Finding]:
    """What else was seen of the system, each thing once: no fault by itself."""
    return _alike([(found, outcome) for outcome in outcomes for found in outcome.noticed])


def _alike(seen: Sequence[tuple[Found, Outcome]]) -> Sequence[Finding]:
    alike: dict[Hashable, tuple[Found, list[Outcome]]] = {}
    for found, outcome in seen:
        _, those = alike.setdefault(_kind(found, outcome), (found, []))
        if outcome not in those:
            those.append(outcome)
    return [Finding(found, tuple(those), _advice(found, those[0])) for found, those in alike.values()]


def broke(outcome: Outcome) -> bool:
    """Whether a scenario shows something that is wrong with the system: not with the machine, nor with itself."""
    named = any(found.name for found in outcome.found)
    return outcome.result in _BROKE or (outcome.result in _OPEN and named)


def _kind(found: Found, outcome: Outcome) -> Hashable:
    # What is behind the first colon is what was seen in this scenario.
    return found.name or (outcome.guarantee, unnumbered(found.sentence.partition(": ")[0]))


def _advice(found: Found, outcome: Outcome) -> Advice | None:
    """Of what has no name the scenario's mark says what it is about."""
    return advice_on(found.name or outcome.guarantee)


def _cost(finding: Finding) -> int:
    return finding.advice.cost if finding.advice else _UNKNOWN_COST
