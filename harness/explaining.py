"""What the settings of a system give and cost, in words: each rule that is known of them, and whether it is theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.events import Event
from harness.guarantees import Rule, Settings, permitted, rules, settings_of


@dataclass(frozen=True)
class Explained:
    """The settings of a system, the rules that are theirs, and those that they keep clear of."""

    settings: Settings
    costs: Sequence[Rule]
    saved_from: Sequence[Rule]

    @property
    def words(self) -> str:
        """The explanation for a person, in lines."""
        if not self.settings:
            return "  nobody knows what these servers alone permit: the scenario says it itself\n"
        settings = [f"  {name} = {value or 'not set'}" for name, value in sorted(self.settings.items())]
        costs = [line for rule in self.costs for line in _lines(rule)] or ["  nothing, whatever is broken"]
        clear = [line for rule in self.saved_from for line in _lines(rule)]
        return "\n".join([*settings, "", "These settings permit:", *costs, "", "They keep clear of:", *clear, ""])

    @property
    def data(self) -> Mapping[str, object]:
        """The explanation for a program."""
        return {
            "settings": dict(self.settings),
            "permits": [_data(rule) for rule in self.costs],
            "rules_out": [_data(rule) for rule in self.saved_from],
        }


def explained(settings: Settings) -> Explained:
    """Sorts the rules by whether a system with these settings is one that they are about."""
    theirs = [rule for rule in rules() if rule.applies(settings)]
    return Explained(settings, theirs, [rule for rule in rules() if rule not in theirs])


def of_a_history(events: Sequence[Event]) -> str:
    """What the faults of a history may cost its system, and what its settings give and cost; empty without settings."""
    settings = settings_of(events)
    if not settings:
        return ""
    may = [f"  {anomaly}: {why}" for anomaly, why in permitted(events).items()] or ["  nothing"]
    return "\n".join(["What was done here may cost:", *may, "", "Its settings:", explained(settings).words])


def _lines(rule: Rule) -> Iterator[str]:
    yield f"  {rule.setting}"
    yield f"      {rule.when}: {', '.join(rule.permits) or 'no loss'}"
    yield f"      {rule.because} ({rule.source})"


def _data(rule: Rule) -> Mapping[str, object]:
    return {
        "setting": rule.setting,
        "when": rule.when,
        "anomalies": list(rule.permits),
        "because": rule.because,
        "source": rule.source,
    }
