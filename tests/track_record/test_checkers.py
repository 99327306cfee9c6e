"""The checkers that only these defects need: each finds what it is about, and nothing where it is not."""

from harness.checkers import Validity
from harness.events import Event
from tests.track_record import answered, parted, untaken


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


def share(broker: list[int], client: list[int]) -> tuple[Event, ...]:
    """A history in which the broker and the member of a group were asked for its share."""
    said = {"of": "a", "broker": broker, "client": client}
    return (Event(0, 1, "invoke", "share", {"of": "a"}, 0), Event(1, 1, "ok", "share", said, 1))


def test_a_share_that_its_member_does_not_have_is_found() -> None:
    assert untaken.check(share([0, 1], [0])).sentences == "untaken: of [0, 1] a has [0]"


def test_a_member_that_has_its_share_has_taken_it() -> None:
    assert untaken.check(share([0], [0])).validity is Validity.VALID


def test_of_members_without_a_share_nothing_can_be_said() -> None:
    assert untaken.check(share([], [])).validity is Validity.UNKNOWN
