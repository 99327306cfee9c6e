"""The output of `harness replay`; in a module of its own, as the checkers take their time to import."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from harness.checkers import Validity, Verdict, combine
from harness.errors import EXIT_INCONCLUSIVE, BadInputError, HarnessError
from harness.events import Event, Operation, read
from harness.recovery import kinds
from harness.replay import judge
from harness.report.replayed import write
from harness.report.timeline import text

_EXITS = {Validity.VALID: 0, Validity.INVALID: 1, Validity.UNKNOWN: EXIT_INCONCLUSIVE}


def show_judgement(history: Path, report: Path | None, *, as_json: bool) -> int:
    """Judges a history, shows the verdicts, and gives the exit status.

    Raises:
        BadInputError: it is no history, or none that can be told.
    """
    try:
        return _show(history, report, as_json=as_json)
    except (HarnessError, BrokenPipeError):
        raise
    except Exception as error:
        raise BadInputError(
            f"{history} can't be judged or told: {error!r}; is it a history of this harness?"
        ) from error


def _show(history: Path, report: Path | None, *, as_json: bool) -> int:
    events = read(history)
    verdicts = judge(events)
    worst = combine(*verdicts.values())
    concerned = tuple({o.invoke.index: o for anomaly in worst.anomalies for o in anomaly.operations}.values())
    if as_json:
        click.echo(json.dumps(_data(verdicts, events), indent=2))
    else:
        _tell(verdicts, worst, concerned, events)
    if report:
        click.echo(f"the report: {write(report, events, verdicts)}", err=as_json)
    return _EXITS[worst.validity]


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
    """The verdicts for a program; operations by the index of their invocation, which is their line in the history."""
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
