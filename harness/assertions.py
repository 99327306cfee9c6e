"""Demands of a scenario on its history: an invalid one fails it in plain words, an unknown one is inconclusive.

Each demand is recorded before it is judged (`harness.checks`), so that the history can be judged again by itself, and
by nothing else than what was demanded. What is judged is what was recorded before the demand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.bounds import budget_s
from harness.checkers import Validity, Verdict, combine, effective_settings, recovery
from harness.checkers.offered import Checker, refuse_arguments
from harness.checkers.verdict import name_of
from harness.checks import CHECK, Check, Checked, evaluated
from harness.errors import BadInputError, InconclusiveError
from harness.history import History
from harness.spent import On, spending
from harness.steps import Step


class GuaranteeBrokenError(AssertionError):
    """A checker found the history invalid; the message says how, in sentences, and `verdict` has the rest."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentences)
        self.verdict = verdict


@dataclass(frozen=True)
class Demand:
    """A checker, what it is given, and the anomalies that it has to find; with none the history has to be valid.

    What is `permitted` may be found, for the reason that is given with it, and need not. What has one of the `causes`
    is no surprise, but may not be found.
    """

    checker: Checker
    arguments: Mapping[str, object] = field(default_factory=dict)
    expected: tuple[str, ...] = ()
    permitted: Mapping[str, str] = field(default_factory=dict)
    causes: Mapping[str, str] = field(default_factory=dict)

    def check(self, *, standing: bool = False) -> Check:
        """The demand as it is recorded.

        Raises:
            BadInputError: the checker can't be given these arguments.
        """
        name = name_of(self.checker)
        refuse_arguments(self.checker, self.arguments, name)
        return Check(name, self.arguments, self.expected, standing, self.permitted, self.causes)


def assert_holds(history: History, checker: Checker, /, **arguments: object) -> Verdict:
    """Demands that the checker finds nothing wrong; returns its verdict, for the figures.

    Raises:
        GuaranteeBrokenError: it is invalid.
        InconclusiveError: it is unknown.
    """
    return demand(history, Demand(checker, arguments))


def assert_broken(history: History, checker: Checker, /, *anomalies: str, **arguments: object) -> Verdict:
    """Demands that the checker finds these anomalies and no others: the scenario shows how a guarantee is broken.

    Raises:
        GuaranteeBrokenError: it finds another one, or one of these not.
        InconclusiveError: it is unknown.
        BadInputError: no anomaly was named.
    """
    if not anomalies:
        raise BadInputError("assert_broken needs the names of the anomalies; where none is expected: assert_holds")
    return demand(history, Demand(checker, arguments, anomalies))


def assert_recovered(history: History, *steps: Step, redundancy_s: float | None = None) -> Verdict:
    """Demands: after each fault these steps were seen within the budgets that the declared settings imply, and servers
    have the detectors that were declared.

    Args:
        history: what the scenario recorded; it has to wait for what shows the steps, and longer than the budgets.
        steps: those that settings bound; the same one may be given twice.
        redundancy_s: by when every copy has to be in place again, in seconds, as no setting bounds it; None: no matter.

    Raises:
        GuaranteeBrokenError: one came too late, or others are in force.
        InconclusiveError: of a fault nobody waited for a step.
        BadInputError: no setting of the servers bounds a step.
    """
    budgets = {step: budget_s(history.events, step) for step in steps}
    if redundancy_s is not None:
        budgets[Step.REDUNDANCY] = redundancy_s
    late = [Demand(recovery.check, {"step": step, "within_s": within_s}) for step, within_s in budgets.items()]
    return demand(history, *late, Demand(effective_settings.detectors))


@spending(On.CHECK)
def demand(history: History, *demands: Demand) -> Verdict:
    """Records these demands, judges what was recorded before by them, and returns the verdict (of several, combined).

    Raises:
        GuaranteeBrokenError: one is not met.
        InconclusiveError: all others are met, and of one nobody can say.
    """
    asked = [(each.check(), each.checker) for each in demands]
    recorded = [(history.event(CHECK, check.value), check, checker) for check, checker in asked]
    verdicts = evaluated(history.events, recorded)
    history.verdicts.update(verdicts)
    return _passed([Checked(check, verdicts[event.index]) for event, check, _ in recorded])


def demand_throughout(history: History, checker: Checker, /, **arguments: object) -> None:
    """Records a demand on the whole history, for one that nobody ends with an assertion."""
    history.event(CHECK, Demand(checker, arguments).check(standing=True).value)


def _passed(checked: Sequence[Checked]) -> Verdict:
    outcome = combine(*(each.outcome for each in checked))
    if outcome.validity is Validity.INVALID:
        raise GuaranteeBrokenError(outcome)
    if outcome.validity is Validity.UNKNOWN:
        raise InconclusiveError(outcome.sentences)
    return checked[0].verdict if len(checked) == 1 else combine(*(each.verdict for each in checked))
