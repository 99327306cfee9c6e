"""Retention: the checker says of every small history what comparing each two answers says."""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers import Validity
from harness.events import NEMESIS, Event, Operation, operations
from harness.messages.checkers import retention
from tests.checkers.posted import posted
from tests.checkers.small import compare, ended

Answer = tuple[Operation, str, frozenset[str]]


def defined(events: Sequence[Event]) -> Validity:
    answers = [answer for o in operations(events) if o.outcome == "ok" for answer in of(o)]
    if not answers:
        return Validity.UNKNOWN
    wrong = any(vanished(one, other, events) for one in answers for other in answers)
    return Validity.INVALID if wrong else Validity.VALID


def of(operation: Operation) -> list[Answer]:
    """What each messages instance said in it."""
    if operation.f == "get":
        part = operation.value["messages"]
        return [(operation, part["from"], frozenset(part["ids"]))] if part["from"] else []
    return (
        [(operation, name, frozenset(ids)) for name, ids in operation.value.items()] if operation.f == "drain" else []
    )


def vanished(one: Answer, other: Answer, events: Sequence[Event]) -> bool:
    (earlier, name, shown), (later, of_whom, held) = one, other
    if name != of_whom or ended(earlier) >= later.invoke.index or shown <= held:
        return False
    between = events[earlier.invoke.index : ended(later)]
    return not any(
        e.process == NEMESIS
        and isinstance(e.value, dict)
        and "phase" in e.value
        and name in e.value["nodes"]
        and "process" in e.value["takes"]
        for e in between
    )


def test_the_checker_agrees_with_every_two_answers() -> None:
    compare(posted, retention.check, defined, kinds=3)
