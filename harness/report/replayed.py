"""The report of a history by itself, as files of a folder: verdicts in words, pictures, tables."""

from __future__ import annotations

import os
import re
from pathlib import Path

from harness.checkers import Anomaly, Validity
from harness.checks import Evaluation
from harness.claim import Marker, remove
from harness.errors import BadInputError
from harness.events import Events
from harness.plain import fenced, markdown
from harness.recovery import kinds
from harness.report import recovered
from harness.report.fates import anomalies, ways
from harness.report.forensics import explained
from harness.report.grid import as_markdown
from harness.report.overview import overview
from harness.report.permits import tables
from harness.report.timeline import svg
from harness.telling import tellings

_MARKER = Marker(
    name=".harness-replay",
    text=b"`harness replay --report` writes to this folder, over what it wrote before.\n",
    option="--report",
)


def write(folder: Path, evaluation: Evaluation) -> Path:
    """Writes `report.md` and the pictures that it shows; returns its path.

    Raises:
        BadInputError: the folder can't be written, or holds what is not ours.
    """
    events, broken = evaluation.events, evaluation.outcome.anomalies
    pictures = {"operations.svg": overview(events)}
    pictures |= {f"timeline-{_slug(a)}.svg": svg(a.operations, events) for a in broken if a.operations}
    files = {name: picture for name, picture in pictures.items() if picture}
    words = ["# A history, judged again", _verdicts(evaluation)]
    if broken:
        words += ["## What did not hold", fenced(explained(broken, events))]
    for title, text in ways(events, anomalies(evaluation)).items():
        words += [f"## {title.capitalize()}", fenced(text)]
    if permits := as_markdown(tables(events)):
        words += ["## What its settings permit", permits]
    if recovery := as_markdown(recovered.tables(recovered.times(events))):
        words += ["## What the faults cost", recovery]
    words += ["## Requests", _requests(events), *(f"![{name}]({name})" for name in files)]
    for table in (table for telling in tellings() for table in telling.tables):
        if lines := table.text(events):
            files[table.name] = lines
            words.append(f"[{table.title.capitalize()}]({table.name})")
    files["report.md"] = "\n\n".join(words) + "\n"
    try:
        lock, _ = _MARKER.claim(folder)
        os.close(lock)
        for name, text in files.items():
            remove(folder / name)
            (folder / name).write_text(text)
    except OSError as error:
        raise BadInputError(f"--report {folder} can't be written ({error.strerror}); give another folder") from error
    return folder / "report.md"


def _verdicts(evaluation: Evaluation) -> str:
    rows = ["| checker | expected | verdict | figures |", "|---|---|---|---|"]
    for each in evaluation.checks:
        figures = ", ".join(f"{what} {value}" for what, value in each.verdict.figures.items())
        expected = ", ".join(each.check.expected) or Validity.VALID
        cells = (each.check.words, expected, each.verdict.validity, figures)
        rows.append(f"| {' | '.join(map(markdown, cells))} |")
    return "\n".join(rows)


def _requests(events: Events) -> str:
    rows = ["| kind | ok | failed | unknown | longest time without a success |", "|---|--:|--:|--:|--:|"]
    rows += [
        f"| {markdown(k.f)} | {k.ok} | {k.failed} | {k.unknown} | {k.unavailable_s:.2f} s |" for k in kinds(events)
    ]
    return "\n".join(rows)


def _slug(anomaly: Anomaly) -> str:
    return re.sub(r"\W+", "-", anomaly.name)
