"""Commits: the checker says of every small history what comparing all answers with each other says."""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers import Validity
from harness.events import NEMESIS, NEVER, Event, Operation, operations
from harness.messages.checkers import commits
from tests.checkers.posted import posted, taken_twice
from tests.checkers.small import compare, ended
from tests.checkers.test_retention_defined import of


def defined(events: Sequence[Event]) -> Validity:
    history = operations(events)
    drains = [o for o in history if o.f == "drain" and o.outcome == "ok"]
    if not drains:
        return Validity.UNKNOWN
    broken = min((e.index for e in events if e.process == NEMESIS and begins(e)), default=NEVER)
    answers = [answer for o in history if o.outcome == "ok" and ended(o) < broken for answer in of(o)]
    posts = [o for o in history if o.f == "post"]
    held = [id_ for ids in drains[-1].value.values() for id_ in ids]
    for post in posts:
        id_ = post.invoke.value["id"]
        alone = [other for other in posts if other.invoke.value["id"] == id_] == [post]
        if not alone or post.outcome != "ok" or post.value.get("partition") is None or held.count(id_) < 2:
            continue
        for earlier, name, shown in answers:
            for _, of_whom, later_shown in answers:
                if name == of_whom and id_ in shown and came_after(ended(earlier), later_shown, history):
                    return Validity.INVALID
    return Validity.VALID


def begins(event: Event) -> bool:
    told = isinstance(event.value, dict) and event.value.get("phase") == "begin"
    return told and not event.f.startswith("undo-")


def came_after(moment: int, shown: frozenset[str], history: Sequence[Operation]) -> bool:
    """Whether one of these messages was posted for the first time only after that moment."""
    for id_ in shown:
        begun = [
            o.invoke.index for o in history if o.f == "post" and o.invoke.value["id"] == id_ and o.outcome != "fail"
        ]
        if begun and begun[0] > moment:
            return True
    return False


def test_the_checker_agrees_with_every_two_answers() -> None:
    compare(taken_twice, commits.check, defined, kinds=3)
    compare(posted, commits.check, defined)
