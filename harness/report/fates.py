"""Tells what became of each single thing that anomalies are about: where it went wrong in a word, and its whole way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from harness.checkers import Anomaly, Validity
from harness.checks import Evaluation
from harness.events import Events
from harness.plain import printable
from harness.telling import Fate, tellings


def anomalies(evaluation: Evaluation) -> Sequence[Anomaly]:
    """Everything that the checkers of a history found, also where that had to be, or may be."""
    found = (each.verdict for each in evaluation.checks if each.verdict.validity is Validity.INVALID)
    return [anomaly for verdict in found for anomaly in verdict.anomalies]


def ways(events: Events, found: Sequence[Anomaly]) -> Mapping[str, str]:
    """The ways of the first things of each anomaly as text, by what they are; those of which nobody says any are left
    out.
    """
    told = {each.title: each.of(events, found) for telling in tellings() for each in telling.fates}
    return {title: "\n\n".join(_paragraphs(fates)) for title, fates in told.items() if fates}


def sentences(events: Events, found: Sequence[Anomaly]) -> Mapping[str, Sequence[str]]:
    """Where the first things of anomalies went wrong, by the anomaly's name: a sentence of each kind, and how many are
    like it.
    """
    fates = [fate for telling in tellings() for each in telling.fates for fate in each.of(events, found)]
    like = Counter((fate.anomaly, fate.kind) for fate in fates)
    told: dict[str, list[str]] = {}
    for fate in fates:
        # The first of its kind; what nobody knows is no sentence.
        if fate.kind and (count := like.pop((fate.anomaly, fate.kind), 0)):
            others = f" {count - 1} like it." if count > 1 else ""
            told.setdefault(fate.anomaly, []).append(printable(f"{fate.thing}: {fate.sentence}{others}"))
    return told


def _paragraphs(fates: Sequence[Fate]) -> Iterator[str]:
    for fate in fates:
        yield "\n".join(map(printable, (f"{fate.thing} ({fate.anomaly})", *fate.way, f"=> {fate.sentence}")))
