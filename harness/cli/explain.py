"""The command that says what a scenario's settings permit, and why, without running anything."""

from __future__ import annotations

import click

from harness.answer import Answer
from harness.cli.shown import json_option, show


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

    scenarios: dict[tuple[tuple[tuple[str, str], ...], tuple[type, ...]], list[str]] = {}
    for item in collected(scenario):
        declared = declared_by(item)
        kinds = tuple(type(each) for each in declared.servers)
        scenarios.setdefault((tuple(sorted(declared.settings.items())), kinds), []).append(item.nodeid)
    answers = [(names, explained(dict(settings), kinds)) for (settings, kinds), names in scenarios.items()]
    lines = "\n".join("\n".join([*names, explanation.words]) for names, explanation in answers)
    show(Answer(lines, {"explained": [{"scenarios": n, **t.data} for n, t in answers]}), as_json=as_json)
