"""What the settings of a system give and cost, in words: each rule that is known of them, and whether it is theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.guarantees import Rule, Settings, rules, rules_beside


@dataclass(frozen=True)
class Explained:
    """The settings of a system, and the rules that are known of them.

    Attributes:
        settings: by their names; none of servers alone, whose structures a scenario makes when it runs.
        costs: the rules that are theirs.
        saved_from: those that they keep clear of.
        unsettled: those of its kinds of servers, where no setting is known.
    """

    settings: Settings
    costs: Sequence[Rule]
    saved_from: Sequence[Rule]
    unsettled: Sequence[Rule] = ()

    @property
    def words(self) -> str:
        """The explanation for a person, in lines."""
        if not self.settings:
            return _in_lines(
                "Servers alone: the scenario makes their structures. These settings would permit:", self.unsettled
            )
        return "\n".join(
            [
                *(f"  {name} = {value or 'not set'}" for name, value in sorted(self.settings.items())),
                "",
                _in_lines("These settings permit:", self.costs, "nothing, whatever is broken"),
                _in_lines("They keep clear of:", self.saved_from),
            ]
        )

    @property
    def data(self) -> Mapping[str, object]:
        """The explanation for a program."""
        return {
            "settings": dict(self.settings),
            "permits": [_data(rule) for rule in self.costs],
            "rules_out": [_data(rule) for rule in self.saved_from],
            "may_permit": [_data(rule) for rule in self.unsettled],
        }


def explained(settings: Settings, kinds: Collection[type] = ()) -> Explained:
    """Sorts the rules by whether a system with these settings is one that they are about.

    Args:
        settings: of the system; none where it is servers alone.
        kinds: the kinds of its servers, whose rules are told where no setting is known.
    """
    if not settings:
        return Explained(settings, (), (), [rule for kind in kinds for rule in rules_beside(kind)])
    theirs = [rule for rule in rules() if rule.applies(settings)]
    return Explained(settings, theirs, [rule for rule in rules() if rule not in theirs])


def _in_lines(head: str, listed: Sequence[Rule], otherwise: str = "nothing") -> str:
    lines = [line for rule in listed for line in _lines(rule)] or [f"  {otherwise}"]
    return "\n".join([head, *lines, ""])


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
