"""Unavailability is waiting without a success, not the absence of questions."""

from harness.events import Event, Type
from harness.recovery import kinds

S = 1_000_000_000


def events(*steps: tuple[int, int, Type]) -> list[Event]:
    return [Event(i, process, type_, "post", None, at * S) for i, (at, process, type_) in enumerate(steps)]


def test_a_pause_in_which_nobody_asks_is_no_unavailability() -> None:
    (post,) = kinds(events((0, 1, "invoke"), (1, 1, "ok"), (60, 1, "invoke"), (61, 1, "ok")))
    assert post.unavailable_s == 1


def test_failures_prolong_the_wait_until_the_next_success() -> None:
    (post,) = kinds(
        events((0, 1, "invoke"), (1, 1, "ok"), (2, 1, "invoke"), (5, 1, "info"), (6, 2, "invoke"), (9, 2, "ok"))
    )
    assert (post.ok, post.unknown, post.unavailable_s) == (2, 1, 7)


def test_a_wait_without_an_end_counts_until_the_last_event() -> None:
    (post,) = kinds(events((0, 1, "invoke"), (1, 1, "ok"), (2, 1, "invoke"), (12, 1, "info")))
    assert post.unavailable_s == 10


def test_an_operation_under_way_at_a_success_waits_from_then_on() -> None:
    (post,) = kinds(events((0, 1, "invoke"), (1, 2, "invoke"), (2, 1, "ok"), (8, 2, "ok")))
    assert post.unavailable_s == 6
