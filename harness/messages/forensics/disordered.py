"""Who put two messages into another order than the queue had them in: who read them, or who showed them."""

from __future__ import annotations

from harness.messages.checkers.partition_order import Overtaking
from harness.messages.forensics.case import Case, Ending
from harness.messages.forensics.facts import LogLine, span


def ending(case: Case) -> Ending:
    """Who put a message and one that was behind it in the queue into another order."""
    found = case.facts.overtaken.get(case.id)
    if not found:
        return Ending("")
    kept = _kept(case, found)
    if not kept:
        return _by_answers(case, found)
    late, first = kept
    who = found.read.instance
    if _comes_before(case, first, late):
        return Ending(f"kept by {who} in another order than the queue had", _how(case, found, first, late))
    if found.read.operation.f == "get" and _directly(case, found) is True:
        words = "kept in the queue's order, right when messages is read directly, and out of order in GETs"
        return Ending(words, ": changed by the facade that answers")
    return Ending(f"kept by {who} in the queue's order, and shown in another one", f": changed by {who}")


def _kept(case: Case, found: Overtaking) -> tuple[LogLine, LogLine] | None:
    """The lines with which the instance says that it kept the two for the first time; None without one of them."""
    lines = (_first_kept(case, found, id_) for id_ in (found.late, found.first))
    late, first = lines
    return (late, first) if late and first else None


def _first_kept(case: Case, found: Overtaking, id_: str) -> LogLine | None:
    said = Case(case.facts, id_).logged("consumed", by=str(found.read.instance))
    return next(iter(said), None)


def _comes_before(case: Case, one: LogLine, other: LogLine) -> bool:
    """Whether a line comes before another one, also within a millisecond: lines of a service are in its order."""
    lines = case.facts.lines
    return lines.index(one) < lines.index(other)


def _how(case: Case, found: Overtaking, first: LogLine, late: LogLine) -> str:
    """How far they were apart, and whether the instance was given their partition in between."""
    words = f": {found.first} {span(late.at - first.at)} before {found.late}"
    place = Case(case.facts, found.late).place
    given = [] if place is None else [line for line in case.facts.assigned(place[0]) if line.service == late.service]
    again = any(first.at <= line.at <= late.at for line in given)
    return f"{words}; it was given partition {place[0]} in between" if place and again else words


def _by_answers(case: Case, found: Overtaking) -> Ending:
    """What answers alone say: whether the instance has them in that order when it is read directly, too."""
    directly = _directly(case, found)
    if directly is None:
        return Ending("")
    if directly:
        return Ending("right when messages is read directly, and out of order in GETs")
    return Ending(f"out of order in {found.read.instance}", ", read directly")


def _directly(case: Case, found: Overtaking) -> bool | None:
    """Whether the instance has the two in the queue's order when it is read directly; None if that was not seen."""
    for read in case.facts.reads:
        ids = read.ids if (read.instance, read.operation.f) == (found.read.instance, "drain") else ()
        if found.late in ids and found.first in ids:
            return ids.index(found.late) < ids.index(found.first)
    return None
