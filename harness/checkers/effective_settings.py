"""Effective settings: servers and clients work with the settings that were declared.

What may be lost is worked out from the declared ones. If others are in force, that was worked out for another system;
if they can't be read, nobody knows. From the events `settings`.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.shapes import Shape, Shapes, anything, fields, judging, map_to, text
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import NEMESIS, Event

_NAMED = map_to(text)
SHAPES = Shapes(
    events={
        "settings": Shape(
            'an object with "declared", "effective" and "unread", each with text by the names of settings',
            fields({"declared": _NAMED, "effective": _NAMED, "unread": _NAMED}),
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
    found = [
        f"{name} is {value or 'not set'}, declared was {each['declared'].get(name) or 'not set'}"
        for each in noted
        for name, value in each["effective"].items()
        if value != each["declared"].get(name)
    ]
    if found:
        return Verdict.of([Anomaly("other settings", "; ".join(dict.fromkeys(found)))])
    unread = [f"{whose} ({why})" for each in noted for whose, why in each["unread"].items()]
    if unread:
        return unknown(f"what may be lost is not known, as settings could not be read: {'; '.join(unread)}")
    return Verdict.of([], {"settings": len({name for each in noted for name in each["effective"]})})
