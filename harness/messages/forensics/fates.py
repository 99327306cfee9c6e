"""What became of the messages that anomalies are about: each one's way, and one sentence on where it went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.checkers import Anomaly
from harness.events import Events
from harness.messages.forensics import altered, denied, disordered, doubled, lost, unseen, way
from harness.messages.forensics.case import Case, Ending
from harness.messages.forensics.facts import MOST, Facts, concerned
from harness.telling import Fate

#: By the name of an anomaly, who says where a message went wrong.
_ENDINGS: Mapping[str, Callable[[Case], Ending]] = {
    "lost": lost.ending,
    "lost elsewhere": lost.ending,
    "duplicated": doubled.ending,
    "doubled": doubled.ending,
    "taken again": doubled.ending,
    "altered": altered.ending,
    "swapped": altered.ending,
    "truncated": altered.ending,
    "two texts": altered.two_texts,
    "wrongly denied": denied.ending,
    "out of order": disordered.ending,
    "incomplete logging part": unseen.from_logging,
    "vanished": unseen.from_messages,
}


def fates(events: Events, anomalies: Sequence[Anomaly]) -> Sequence[Fate]:
    """What became of the first messages of each anomaly, in the order of the anomalies; a message of two comes twice.

    Raises:
        HistoryError: the evidence in the history is malformed.
    """
    due = [(id_, each) for each in anomalies if each.name in _ENDINGS for id_ in concerned(each)[:MOST]]
    # A history is read for this only where there is something to tell.
    facts = Facts(events) if due else None
    return [_fate(Case(facts, id_), anomaly) for id_, anomaly in due] if facts else ()


def _fate(case: Case, anomaly: Anomaly) -> Fate:
    ending = _ENDINGS[anomaly.name](case)
    return Fate(case.id, anomaly.name, tuple(way.lines(case)), ending.sentence, ending.kind)
