"""Effective settings: servers and clients work with the settings that were declared.

What may be lost is worked out from the declared ones. If others are in force, if only with one client of several, that
was worked out for another system; if one can't be read, or nobody says it, nobody knows. From the events `settings` of
a history together: consumers that start later say then what they have. What nobody declared is not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.checkers.shapes import Shape, Shapes, anything, fields, judging, map_to, perhaps, text
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import NEMESIS, Event

_NAMED = map_to(text)
_TOLD = fields({"declared": _NAMED, "effective": _NAMED, "unread": _NAMED})
_WHOSE = perhaps({"differing": map_to(_NAMED)})
SHAPES = Shapes(
    events={
        "settings": Shape(
            'an object with "declared", "effective" and "unread", each with text by the names of settings, '
            'and perhaps "differing", with such an object by who said so',
            lambda value: _TOLD(value) and _WHOSE(value),
            anything,
        )
    }
)


@checker
@judging(SHAPES)
def check(events: Sequence[Event]) -> Verdict:
    """Judges all settings that were recorded. Unknown if none were, or some could not be read."""
    noted = [event.value for event in events if event.process == NEMESIS and event.f == "settings"]
    if not noted:
        return unknown("no settings were recorded, so nobody knows what they permit")
    if others := [words for each in noted for words in _others(each)]:
        return Verdict.of([Anomaly("other settings", "; ".join(dict.fromkeys(others)))])
    effective = {name for each in noted for name in each["effective"]}
    unsaid = dict.fromkeys(name for each in noted for name in each["declared"] if name not in effective)
    unread = [f"{whose} ({why})" for each in noted for whose, why in each["unread"].items()]
    if missing := [*unread, *(f"{name} (nobody says it)" for name in unsaid)]:
        return unknown(f"what may be lost is not known, as settings could not be read: {'; '.join(missing)}")
    return Verdict.of([], {"settings": len(effective)})


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
