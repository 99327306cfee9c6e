"""Effective settings: servers and clients work with the settings that were declared.

What may be lost, and by when a loss has to be noticed, is worked out from the declared ones. If others are in force,
if only with one client of several, that was worked out for another system; if one can't be read, or nobody says it,
nobody knows. From the events `settings` of a history together: consumers that start later say then what they have. What
nobody declared is not asked for. The settings of failure detectors are in an event of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.bounds import IN_FORCE
from harness.checkers.shapes import Shape, Shapes, anything, fields, judging, map_to, perhaps, text
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import NEMESIS, Event

_NAMED = map_to(text)
_TOLD = fields({"declared": _NAMED, "effective": _NAMED, "unread": _NAMED})
_WHOSE = perhaps({"differing": map_to(_NAMED)})
_COMPARED = Shape(
    'an object with "declared", "effective" and "unread", each with text by the names of settings, '
    'and perhaps "differing", with such an object by who said so',
    lambda value: _TOLD(value) and _WHOSE(value),
    anything,
)
SHAPES = Shapes(events={"settings": _COMPARED})
OF_DETECTORS = Shapes(events={IN_FORCE: _COMPARED})


@checker
@judging(SHAPES)
def check(events: Sequence[Event]) -> Verdict:
    """Judges all settings that were recorded. Unknown if none were, or some could not be read."""
    noted = _noted(events, "settings")
    if not noted:
        return unknown("no settings were recorded, so nobody knows what they permit")
    if others := _found(noted):
        return Verdict.of(others)
    effective = {name for each in noted for name in each["effective"]}
    unsaid = dict.fromkeys(name for each in noted for name in each["declared"] if name not in effective)
    unread = [f"{whose} ({why})" for each in noted for whose, why in each["unread"].items()]
    if missing := [*unread, *(f"{name} (nobody says it)" for name in unsaid)]:
        return unknown(f"what may be lost is not known, as settings could not be read: {'; '.join(missing)}")
    return Verdict.of([], {"settings": len(effective)})


@checker
@judging(OF_DETECTORS)
def detectors(events: Sequence[Event]) -> Verdict:
    """Judges the settings of failure detectors that servers said they have. Unknown if none was asked.

    One that nobody says is at its default, as far as anybody knows: it counts as declared.
    """
    noted = _noted(events, IN_FORCE)
    if not noted:
        return unknown("no settings of failure detectors were read back, so nobody knows what is in force")
    return Verdict.of(_found(noted), {"detectors": len({name for each in noted for name in each["effective"]})})


def _noted(events: Sequence[Event], name: str) -> list[Mapping[str, Any]]:
    return [event.value for event in events if event.process == NEMESIS and event.f == name]


def _found(noted: Sequence[Mapping[str, Any]]) -> list[Anomaly]:
    others = [words for each in noted for words in _others(each)]
    return [Anomaly("other settings", "; ".join(dict.fromkeys(others)))] if others else []


def _others(noted: Mapping[str, Any]) -> Iterator[str]:
    """Each setting that is not as declared, in words, and whose it is if that was recorded."""
    whose: dict[tuple[str, str], list[str]] = {item: [] for item in noted["effective"].items()}
    for teller, settings in (noted.get("differing") or {}).items():
        for item in settings.items():
            whose.setdefault(item, []).append(teller)
    for (name, value), tellers in whose.items():
        declared = noted["declared"].get(name)
        if value != declared:
            says = f" (told by {', '.join(tellers)})" if tellers else ""
            yield f"{name} is {value or 'not set'}, declared was {declared or 'not set'}{says}"
