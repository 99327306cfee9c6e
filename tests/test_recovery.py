"""Unavailability is waiting without a success, not the absence of questions."""

from harness.checkers import Validity
from harness.events import Event, Type
from harness.recovery import Budget, check, kinds, recoveries

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


def test_a_fault_is_followed_to_the_end_of_what_it_cost() -> None:
    value: dict[str, object] = {"nodes": ["kafka-1"]}
    rows: list[tuple[int, int | str, Type, str, object]] = [
        (0, 1, "invoke", "post", None),
        (1, 1, "ok", "post", None),
        (10, "nemesis", "info", "kill", {**value, "phase": "begin"}),
        (11, "nemesis", "info", "kill", {**value, "phase": "end"}),
        (11, 1, "invoke", "post", None),
        (13, "nemesis", "info", "leader", {"seen": {}, "after_s": 3.0}),
        (14, 1, "ok", "post", None),
        (20, "nemesis", "info", "undo-kill", {**value, "phase": "begin"}),
        (22, "nemesis", "info", "isr-full", {"seen": True, "after_s": 12.0}),
        (23, 1, "invoke", "post", None),
        (24, 1, "ok", "post", None),
        (25, 2, "invoke", "drain", None),
        (30, 2, "ok", "drain", {}),
    ]
    events_ = [Event(i, process, type_, f, v, at * S) for i, (at, process, type_, f, v) in enumerate(rows)]
    (kill,) = recoveries(events_)
    assert (kill.fault, kill.nodes, kill.at_s) == ("kill", ("kafka-1",), 10)
    assert (kill.detection_s, kill.leader_s, kill.redundancy_s, kill.drained_s) == (3, 3, 12, 20)
    assert kill.first_success_s == {"post": 4}
    assert {phase: latency.longest for phase, latency in kill.latency["post"].items()} == {
        "before": 1,
        "during": 3,
        "after": 1,
    }
    assert check(events_, Budget(unavailable_s={"post": 3}, leader_s=3)).validity is Validity.VALID
    over = check(events_, Budget(unavailable_s={"post": 2.5}, leader_s=2))
    assert over.sentences == (
        "over budget: the longest time without a successful post was 3.00 s, 2.5 s are allowed\n"
        "over budget: the time from the kill of kafka-1 to a new leader for every partition was 3.00 s, 2 s are allowed"
    )
    assert check(events_, Budget(unavailable_s={"get": 1})).validity is Validity.UNKNOWN
