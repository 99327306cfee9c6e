"""Tells what became of each single thing that anomalies are about: where it went wrong in a word, and its whole way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from harness.checkers import Anomaly, Validity
from harness.checks import Evaluation
from harness.events import Events
from harness.plain import printable
from harness.telling import Fate, tellings

#: So many things that went wrong alike are told with their whole way; of the others it would say the same again.
_WHOLE = 3
#: A way of more lines than these is told by its beginning and its end.
_LINES = 120


def anomalies(evaluation: Evaluation) -> Sequence[Anomaly]:
    """Everything that the checkers of a history found, also where that had to be, or may be."""
    verdicts = (each.verdict for each in evaluation.checks if each.verdict.validity is Validity.INVALID)
    return [anomaly for verdict in verdicts for anomaly in verdict.anomalies]


def ways(events: Events, invalid: Sequence[Anomaly]) -> Mapping[str, str]:
    """What became of the first things of each anomaly as text, by what they are; those of which nobody says anything
    are left out. Of the first that went wrong alike it is the whole way, of the others where it went wrong.
    """
    by_title = {each.title: each.of(events, invalid) for telling in tellings() for each in telling.fates}
    return {title: "\n\n".join(_paragraphs(fates)) for title, fates in by_title.items() if fates}


def sentences(events: Events, invalid: Sequence[Anomaly]) -> Mapping[str, Sequence[str]]:
    """Where the first things of anomalies went wrong, by the anomaly's name: a sentence of each kind, and how many are
    like it.
    """
    fates = [fate for telling in tellings() for each in telling.fates for fate in each.of(events, invalid)]
    like = Counter((fate.anomaly, fate.kind) for fate in fates)
    by_name: dict[str, list[str]] = {}
    for fate in fates:
        # The first of its kind; what nobody knows is no sentence.
        if fate.kind and (count := like.pop((fate.anomaly, fate.kind), 0)):
            others = f" {count - 1} like it." if count > 1 else ""
            by_name.setdefault(fate.anomaly, []).append(printable(f"{fate.thing}: {fate.sentence}{others}"))
    return by_name


def _paragraphs(fates: Sequence[Fate]) -> Iterator[str]:
    like: Counter[tuple[str, str]] = Counter()
    for fate in fates:
        like[fate.anomaly, fate.kind] += 1
        way = _way(fate.way) if like[fate.anomaly, fate.kind] <= _WHOLE else ()
        yield "\n".join(map(printable, (f"{fate.thing} ({fate.anomaly})", *way, f"=> {fate.sentence}")))


def _way(lines: Sequence[str]) -> Sequence[str]:
    """The lines, but for the middle of very many."""
    if (more := len(lines) - _LINES) <= 0:
        return lines
    half = _LINES // 2
    return (*lines[:half], f"{'...':>11}  {more} more lines, much like these", *lines[-half:])
