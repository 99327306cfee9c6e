"""The output of `harness replay`; in a module of its own, as the checkers take their time to import."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from harness.checks import Checked, Evaluation, evaluate, evaluate_by, from_text
from harness.errors import BadInputError, HarnessError
from harness.reading import read
from harness.recovery import kinds
from harness.report.fates import anomalies as every_anomaly
from harness.report.fates import sentences
from harness.report.replayed import write
from harness.report.timeline import text
from harness.results import EXITS, Result

_NOTHING = (
    "nothing is demanded of this history, so it is not judged; demand something: "
    "harness replay --check aggregation.check HISTORY"
)


def show_judgement(history: Path, demands: Sequence[str], report: Path | None, *, as_json: bool) -> int:
    """Judges a history by what it demands, or by these demands; shows the verdicts, and gives the exit status.

    Raises:
        BadInputError: it is no history, or none that can be told, or a demand can't be understood.
    """
    try:
        return _show(history, demands, report, as_json=as_json)
    except (HarnessError, BrokenPipeError):
        raise
    except Exception as error:
        raise BadInputError(
            f"{history} can't be judged or told: {error!r}; is it a history of this harness?"
        ) from error


def _show(history: Path, demands: Sequence[str], report: Path | None, *, as_json: bool) -> int:
    events = read(history)
    if not events:
        raise BadInputError(f"{history} is empty: not even the beginning of a history")
    evaluation = evaluate_by(map(from_text, demands), events) if demands else evaluate(events)
    if as_json:
        click.echo(json.dumps(_data(evaluation), indent=2))
    else:
        _tell(evaluation)
    if report:
        click.echo(f"the report: {write(report, evaluation)}", err=as_json)
    return EXITS[evaluation.result]


def _tell(evaluation: Evaluation) -> None:
    for checked in evaluation.checks:
        click.echo(f"{checked.words} {dict(checked.verdict.figures) or ''}".rstrip())
    anomalies = evaluation.outcome.anomalies
    if anomalies:
        click.echo(f"\n{evaluation.outcome.sentences}\n")
    for name, lines in sentences(evaluation.events, every_anomaly(evaluation)).items():
        for line in lines:
            click.echo(f"{name}: {line}")
    if concerned := tuple({o.invoke.index: o for anomaly in anomalies for o in anomaly.operations}.values()):
        click.echo(text(concerned, evaluation.events))
    if not evaluation.checks:
        click.echo(_NOTHING)
    if evaluation.end and not anomalies and (evaluation.end.result is not Result.HELD or not evaluation.checks):
        click.echo(f"the scenario ended as {evaluation.end.result}: {evaluation.end.words}".removesuffix(": "))
    for kind in kinds(evaluation.events):
        counts = f"{kind.ok} ok, {kind.failed} failed, {kind.unknown} unknown"
        click.echo(f"{kind.f}: {counts}; longest time without a success {kind.unavailable_s:.2f} s")


def _data(evaluation: Evaluation) -> Mapping[str, Any]:
    """The verdicts for a program; operations by the index of their invocation, which is their line in the history."""
    return {
        "result": evaluation.result,
        "checks": [_checked(checked) for checked in evaluation.checks],
        "end": evaluation.end.value if evaluation.end else None,
        "operations": [asdict(kind) for kind in kinds(evaluation.events)],
    }


def _checked(checked: Checked) -> Mapping[str, Any]:
    """The demands and verdicts for a program; operations by their invocation's index, which is their line."""
    return {
        **checked.check.value,
        "verdict": checked.verdict.validity,
        "as_expected": checked.outcome.validity,
        "figures": dict(checked.verdict.figures),
        "anomalies": [
            {
                "name": anomaly.name,
                "sentence": anomaly.sentence,
                "operations": [operation.invoke.index for operation in anomaly.operations],
            }
            for anomaly in checked.verdict.anomalies
        ],
    }
