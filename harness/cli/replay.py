"""The command that judges a history again."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from harness.checkers import Validity, Verdict, combine
from harness.cli.shown import json_option
from harness.errors import EXIT_INCONCLUSIVE
from harness.events import Event, Operation, read
from harness.recovery import kinds
from harness.replay import judge
from harness.report.timeline import svg, text

_EXITS = {Validity.VALID: 0, Validity.INVALID: 1, Validity.UNKNOWN: EXIT_INCONCLUSIVE}


@click.command()
@click.argument("history", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--svg", "picture", type=click.Path(path_type=Path), help="Also draw the operations concerned to FILE.")
@json_option
def replay(history: Path, picture: Path | None, as_json: bool) -> None:
    """Judge a recorded HISTORY again. Exit status: 0 held, 1 broken, 2 not a history, 3 inconclusive."""
    events = read(history)
    verdicts = judge(events)
    worst = combine(*verdicts.values())
    concerned = tuple({o.invoke.index: o for anomaly in worst.anomalies for o in anomaly.operations}.values())
    if as_json:
        click.echo(json.dumps(_data(verdicts, events), indent=2))
    else:
        _tell(verdicts, worst, concerned, events)
    if picture:
        picture.write_text(svg(concerned or events.operations, events))
        click.echo(f"drawn to {picture}", err=as_json)
    sys.exit(_EXITS[worst.validity])


def _tell(
    verdicts: Mapping[str, Verdict], worst: Verdict, concerned: Sequence[Operation], events: Sequence[Event]
) -> None:
    for name, verdict in verdicts.items():
        click.echo(f"{name}: {verdict.validity} {dict(verdict.figures) or ''}".rstrip())
    if worst.anomalies:
        click.echo(f"\n{worst.sentences}\n")
    if concerned:
        click.echo(text(concerned, events))
    for kind in kinds(events):
        counts = f"{kind.ok} ok, {kind.failed} failed, {kind.unknown} unknown"
        click.echo(f"{kind.f}: {counts}; longest time without a success {kind.unavailable_s:.2f} s")


def _data(verdicts: Mapping[str, Verdict], events: Sequence[Event]) -> Mapping[str, Any]:
    """The same for a program; operations by the index of their invocation, which is their line in the history."""
    checkers = {
        name: {
            "verdict": verdict.validity,
            "figures": dict(verdict.figures),
            "anomalies": [
                {
                    "name": anomaly.name,
                    "sentence": anomaly.sentence,
                    "operations": [operation.invoke.index for operation in anomaly.operations],
                }
                for anomaly in verdict.anomalies
            ],
        }
        for name, verdict in verdicts.items()
    }
    return {
        "verdict": combine(*verdicts.values()).validity,
        "checkers": checkers,
        "operations": [asdict(kind) for kind in kinds(events)],
    }
