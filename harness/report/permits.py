"""The tables of what a scenario's settings give and cost.

A row is a rule: what is set, under which faults it matters, which anomalies may come then, and which fault of this
history is one. Hermitage (https://github.com/ept/hermitage) shows isolation levels in such a form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.events import Event
from harness.explaining import explained
from harness.guarantees import Broken, Rule, met, settings_of
from harness.report.grid import Table

_COSTS = ("setting", "under", "permits", "done here", "why", "documented")
_CLEAR = ("setting", "under", "would permit", "why", "documented")


def tables(events: Sequence[Event]) -> Sequence[Table]:
    """What the settings of a history cost, what they keep clear of, and they themselves; none without settings."""
    settings = settings_of(events)
    if not settings:
        return ()
    explanation, done = explained(settings), met(events)
    costs = [(*_about(rule), _here(rule, done), *_why(rule)) for rule in explanation.costs]
    return (
        Table("What these settings cost", _COSTS, costs),
        Table("What they keep clear of", _CLEAR, [(*_about(rule), *_why(rule)) for rule in explanation.saved_from]),
        Table("The settings", ("name", "value"), [(name, settings[name] or "not set") for name in sorted(settings)]),
    )


def _about(rule: Rule) -> tuple[str, str, str]:
    return rule.setting, rule.when, ", ".join(rule.permits) or "no loss"


def _here(rule: Rule, done: Mapping[Rule, Broken | None]) -> str:
    """What was done that the rule is about."""
    hit = done.get(rule)
    return hit.words if hit else "it takes no fault" if rule in done else ""


def _why(rule: Rule) -> tuple[str, str]:
    return rule.because, rule.source
