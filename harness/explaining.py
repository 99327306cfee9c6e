"""What the settings of a system give and cost, in words: each rule that is known of them, and whether it is theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.guarantees import Rule, Settings, rules


@dataclass(frozen=True)
class Explained:
    """The settings of a system, the rules that are theirs, and those that they keep clear of."""

    settings: Settings
    costs: Sequence[Rule]
    saved_from: Sequence[Rule]

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


def _data(rule: Rule) -> Mapping[str, object]:
    return {
        "setting": rule.setting,
        "when": rule.when,
        "anomalies": list(rule.permits),
        "because": rule.because,
        "source": rule.source,
    }
