"""Who put two messages into another order than the queue had them in: who read them, or who showed them."""

from __future__ import annotations

from harness.messages.checkers.partition_order import Overtaking
from harness.messages.forensics.case import Case, Ending
from harness.messages.forensics.facts import LogLine, span


def ending(case: Case) -> Ending:
    """Who put a message and one that was behind it in the queue into another order."""
    overtaking = case.facts.overtaken.get(case.id)
    if not overtaking:
        return Ending("")
    kept = _kept(case, overtaking)
    if not kept:
        return _by_answers(case, overtaking)
    late, first = kept
    who = overtaking.read.instance
    if _comes_before(case, first, late):
        return Ending(f"kept by {who} in another order than the queue had", _how(case, overtaking, first, late))
    if overtaking.read.operation.f == "get" and _directly(case, overtaking) is True:
        words = "kept in the queue's order, right when messages is read directly, and out of order in GETs"
        return Ending(words, ": changed by the facade that answers")
    return Ending(f"kept by {who} in the queue's order, and shown in another one", f": changed by {who}")


def _kept(case: Case, overtaking: Overtaking) -> tuple[LogLine, LogLine] | None:
    """The lines with which the instance says that it kept the two for the first time; None without one of them."""
    lines = (_first_kept(case, overtaking, id_) for id_ in (overtaking.late, overtaking.first))
    late, first = lines
    return (late, first) if late and first else None


def _first_kept(case: Case, overtaking: Overtaking, id_: str) -> LogLine | None:
    said = Case(case.facts, id_).logged("consumed", by=str(overtaking.read.instance))
    return next(iter(said), None)


def _comes_before(case: Case, line: LogLine, other: LogLine) -> bool:
    """Whether a line comes before another one, also within a millisecond: lines of a service are in its order."""
    lines = case.facts.lines
    return lines.index(line) < lines.index(other)


def _how(case: Case, overtaking: Overtaking, first: LogLine, late: LogLine) -> str:
    """How far they were apart, and whether the instance was given their partition in between."""
    words = f": {overtaking.first} {span(late.at - first.at)} before {overtaking.late}"
    place = Case(case.facts, overtaking.late).place
    given = [] if place is None else [line for line in case.facts.assigned(place[0]) if line.service == late.service]
    again = any(first.at <= line.at <= late.at for line in given)
    return f"{words}; it was given partition {place[0]} in between" if place and again else words


def _by_answers(case: Case, overtaking: Overtaking) -> Ending:
    """What answers alone say: whether the instance has them in that order when it is read directly, too."""
    directly = _directly(case, overtaking)
    if directly is None:
        return Ending("")
    if directly:
        return Ending("right when messages is read directly, and out of order in GETs")
    return Ending(f"out of order in {overtaking.read.instance}", ", read directly")


def _directly(case: Case, overtaking: Overtaking) -> bool | None:
    """Whether the instance has the two in the queue's order when it is read directly; None if that was not seen."""
    for read in case.facts.reads:
        ids = read.ids if (read.instance, read.operation.f) == (overtaking.read.instance, "drain") else ()
        if overtaking.late in ids and overtaking.first in ids:
            return ids.index(overtaking.late) < ids.index(overtaking.first)
    return None
