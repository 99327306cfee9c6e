"""Load: what was acknowledged a second is counted over the whole run, and too little of it says nothing."""

import pytest

from harness.checkers import Validity, load
from harness.events import Event, Type
from tests.checkers.said import said, unknown


def sends(*outcomes: Type) -> list[Event]:
    """Sends of half a second each, one after the other."""
    events = []
    for number, outcome in enumerate(outcomes):
        events.append(Event(2 * number, number, "invoke", "send", number, number * 500_000_000))
        events.append(Event(2 * number + 1, number, outcome, "send", number, (number + 1) * 500_000_000))
    return events


def test_as_much_as_was_asked_for_is_enough() -> None:
    verdict = load.check(sends("ok", "ok", "ok", "ok"), f="send", least_a_second=2)
    assert (verdict.validity, verdict.figures) == (Validity.VALID, {"acknowledged": 4, "acknowledged_a_second": 2})


@pytest.mark.parametrize("other", ["fail", "info"])
def test_what_was_not_acknowledged_does_not_count(other: Type) -> None:
    verdict = load.check(sends("ok", other, other, "ok"), f="send", least_a_second=2)
    assert said(verdict) == unknown(
        "1 acknowledged sends a second over 2 s, and less than 2 are too few to show anything: give the machine less "
        "to do besides, or ask for less"
    )


def test_other_kinds_do_not_count() -> None:
    assert said(load.check(sends("ok"), f="poll", least_a_second=1)) == unknown("no poll was acknowledged")
