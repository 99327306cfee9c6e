"""The command that says what a scenario's settings permit, and why, without running anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from harness.answer import Answer
from harness.cli.shown import json_option, show

if TYPE_CHECKING:
    from harness.explaining import Explained
    from harness.guarantees import Rule


@click.command()
@click.argument("scenario")
@json_option
def explain(scenario: str, as_json: bool) -> None:
    """Say what the settings of a SCENARIO permit under which fault, and why.

    Nothing is run. SCENARIO is a test as pytest names it, or a part of its name.
    """
    from harness.explaining import explained
    from harness.plugin.collecting import collected
    from harness.plugin.ordering import declared_by

    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for item in collected(scenario):
        found.setdefault(tuple(sorted(declared_by(item).settings.items())), []).append(item.nodeid)
    answers = [(names, explained(dict(settings))) for settings, names in found.items()]
    lines = "\n".join(_told(names, told) for names, told in answers)
    show(Answer(lines, {"explained": [{"scenarios": n, **t.data} for n, t in answers]}), as_json=as_json)


def _told(names: Sequence[str], told: Explained) -> str:
    if not told.settings:
        return "\n".join([*names, "  nobody knows what these servers alone permit: the scenario says it itself", ""])
    settings = [f"  {name} = {value or 'not set'}" for name, value in sorted(told.settings.items())]
    costs = [line for rule in told.costs for line in _lines(rule)] or ["  nothing, whatever is broken"]
    clear = [line for rule in told.saved_from for line in _lines(rule)]
    return "\n".join([*names, *settings, "", "These settings permit:", *costs, "", "They keep clear of:", *clear, ""])


def _lines(rule: Rule) -> Sequence[str]:
    permits = ", ".join(rule.permits) or "no loss"
    return (f"  {rule.setting}", f"      {rule.when}: {permits}", f"      {rule.because} ({rule.source})")
