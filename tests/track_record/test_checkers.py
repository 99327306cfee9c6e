"""The two checkers that only published defects need: each finds what it is about, and nothing where it is not."""

from harness.checkers import Validity
from harness.events import Event
from tests.track_record import answered, parted


def test_a_send_without_an_answer_is_found() -> None:
    sent = (Event(0, 1, "invoke", "send", 1, 0), Event(1, 2, "invoke", "send", 2, 0), Event(2, 1, "info", "send", 1, 5))
    said = answered.check(sent, f="send").sentences
    assert said == "unanswered: 1 of 2 sends ended neither with success nor with an error"


def test_an_answer_of_any_kind_is_one() -> None:
    sent = (Event(0, 1, "invoke", "send", 1, 0), Event(1, 1, "fail", "send", 1, 5))
    assert answered.check(sent, f="send").validity is Validity.VALID


def test_without_a_send_nothing_can_be_said() -> None:
    assert answered.check((), f="send").validity is Validity.UNKNOWN


def lists(*listed: str) -> tuple[Event, ...]:
    """A history in which a and b are healthy, and a lists these members."""
    return (
        Event(0, "nemesis", "info", "healthy", ["a", "b"], 0),
        Event(1, 1, "invoke", "members", {"of": "a"}, 1),
        Event(2, 1, "ok", "members", {"of": "a", "list": list(listed)}, 2),
    )


def test_a_healthy_member_that_lacks_another_is_found() -> None:
    assert parted.check(lists("a", "c")).sentences == "parted: a, which is healthy, lists only a, c"


def test_members_that_lack_only_one_that_hangs_have_not_parted() -> None:
    assert parted.check(lists("a", "b")).validity is Validity.VALID


def test_of_members_that_nobody_asked_nothing_can_be_said() -> None:
    assert parted.check(()).validity is Validity.UNKNOWN
