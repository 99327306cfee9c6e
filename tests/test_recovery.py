"""Unavailability is waiting without a success, not the absence of questions."""

import random

from harness.events import NEMESIS, Event, Type
from harness.recovery import Latency, backlog_s, kinds, recoveries
from tests.checkers.small import how_many

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
    assert (post.ok, post.failed, post.unknown, post.unavailable_s) == (2, 0, 1, 7)


def test_a_wait_without_an_end_counts_until_the_last_event() -> None:
    (post,) = kinds(events((0, 1, "invoke"), (1, 1, "ok"), (2, 1, "invoke"), (12, 1, "info")))
    assert post.unavailable_s == 10


def test_an_operation_under_way_at_a_success_waits_from_then_on() -> None:
    (post,) = kinds(events((0, 1, "invoke"), (1, 2, "invoke"), (2, 1, "ok"), (8, 2, "ok")))
    assert post.unavailable_s == 6


def test_a_pause_after_a_failure_in_which_nobody_asks_is_no_unavailability() -> None:
    (post,) = kinds(
        events((0, 1, "invoke"), (1, 1, "ok"), (2, 1, "invoke"), (3, 1, "fail"), (62, 1, "invoke"), (63, 1, "ok"))
    )
    assert post.unavailable_s == 2


def test_clients_that_are_refused_at_once_and_try_again_wait_all_the_while() -> None:
    tries = [(at, 1, type_) for at in range(1, 60) for type_ in ("invoke", "fail")]
    (post,) = kinds(events((0, 1, "invoke"), (0, 1, "ok"), *tries, (60, 1, "invoke"), (60, 1, "ok")))  # type: ignore[arg-type]
    assert (post.failed, post.unavailable_s) == (59, 59)


def test_an_operation_that_was_never_completed_is_not_waited_for_forever() -> None:
    (post,) = kinds(
        events((0, 1, "invoke"), (0, 2, "invoke"), (2, 1, "ok"), (60, 1, "invoke"), (61, 1, "ok"), (90, 1, "invoke"))
    )
    assert post.unavailable_s == 2


def _told(*rows: tuple[float, int | str, Type, str, object]) -> list[Event]:
    return [Event(i, process, type_, f, v, int(at * S)) for i, (at, process, type_, f, v) in enumerate(rows)]


def test_an_effect_is_of_the_fault_that_it_was_awaited_for() -> None:
    pause, kill = {"nodes": ["kafka-1"], "phase": "begin"}, {"nodes": ["kafka-2"], "phase": "begin"}
    history = _told(
        (0, NEMESIS, "info", "pause", pause),
        (1, NEMESIS, "info", "undo-pause", pause),
        (100, NEMESIS, "info", "kill", kill),
        (103, NEMESIS, "info", "leader", {"seen": True, "after_s": 3.0}),
        (104, NEMESIS, "info", "isr-full", {"seen": True, "after_s": 103.9996}),
    )
    paused, killed = recoveries(history)
    assert (paused.leader_s, killed.leader_s, killed.detection_s, killed.redundancy_s) == (None, 3, 3, None)
    assert (paused.detection_s, paused.redundancy_s, paused.restored_s) == (None, None, 103)


def test_effects_of_overlapping_faults_are_told_apart() -> None:
    chance = random.Random(12)
    for _ in range(how_many() // 10):
        begun = sorted(chance.sample(range(0, 100_000, 5), chance.randint(1, 5)))
        of = chance.randrange(len(begun))
        seen = begun[-1] + chance.randint(1, 5000)
        after_s = round((seen - begun[of]) / 1000 + chance.uniform(-0.0004, 0.0004), 3)
        rows: list[tuple[float, int | str, Type, str, object]] = [
            (at / 1000, NEMESIS, "info", "kill", {"nodes": [f"kafka-{n}"], "phase": "begin"})
            for n, at in enumerate(begun)
        ]
        found = recoveries(_told(*rows, (seen / 1000, NEMESIS, "info", "leader", {"seen": 1, "after_s": after_s})))
        assert [recovery.leader_s is not None for recovery in found] == [n == of for n in range(len(begun))]


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
    assert (kill.detection_s, kill.leader_s, kill.redundancy_s, kill.restored_s) == (3, 3, None, 2)
    # From the last post on, which ended a second before the final read began.
    assert backlog_s(events_) == 6
    assert kill.first_success_s == {"post": 4}
    assert {phase: latency.longest for phase, latency in kill.latency["post"].items()} == {
        "before": 1,
        "during": 3,
        "after": 1,
    }


KILL: dict[str, object] = {"nodes": ["kafka-1", "kafka-2"], "phase": "begin"}


def test_times_count_from_the_histories_beginning_and_all_nodes_are_named() -> None:
    events_ = _told((5, 1, "invoke", "post", None), (6, 1, "ok", "post", None), (9, NEMESIS, "info", "kill", KILL))
    (kill,) = recoveries(events_)
    assert kill.at_s == 4
    assert kill.nodes == ("kafka-1", "kafka-2")


def test_the_first_success_is_the_one_that_was_over_first_of_those_that_began_later() -> None:
    (kill,) = recoveries(
        _told(
            (0, 1, "invoke", "post", None),
            (1, NEMESIS, "info", "kill", KILL),
            (1, 2, "invoke", "post", None),
            (2, 3, "invoke", "post", None),
            (3, 4, "invoke", "post", None),
            (4, 1, "ok", "post", None),
            (5, 2, "ok", "post", None),
            (6, 4, "ok", "post", None),
            (8, 3, "ok", "post", None),
        )
    )
    assert kill.first_success_s == {"post": 5}


def test_latency_is_told_by_quantiles_of_before_during_and_after() -> None:
    rows: list[tuple[float, int | str, Type, str, object]] = [
        (0, 1, "invoke", "post", None),
        (1, 2, "invoke", "post", None),
        (2, 1, "ok", "post", None),
        (10, 2, "ok", "post", None),
        (10, NEMESIS, "info", "kill", KILL),
        *[(10, process, "invoke", "post", None) for process in range(3, 103)],
        *[(11, process, "ok", "post", None) for process in range(3, 63)],
        *[(12, process, "ok", "post", None) for process in range(63, 103)],
        (20, 103, "invoke", "post", None),
        (20, NEMESIS, "info", "undo-kill", KILL),
        (21, 103, "ok", "post", None),
    ]
    (kill,) = recoveries(_told(*rows))
    during = Latency(p50=1, p99=2, longest=9, count=101)
    assert kill.latency["post"] == {"before": Latency(2, 2, 2, 1), "during": during, "after": Latency(1, 1, 1, 1)}


def test_only_what_was_seen_of_a_fault_counts() -> None:
    seen = {"seen": True, "after_s": 1.0}
    (kill,) = recoveries(
        _told(
            (0, NEMESIS, "info", "leader", seen),
            (5, NEMESIS, "info", "kill", KILL),
            (5, NEMESIS, "info", "noted", "after_s"),
            (6, 1, "invoke", "post", seen),
            (7, 1, "ok", "post", seen),
        )
    )
    assert (kill.leader_s, kill.detection_s) == (None, None)


def test_an_effect_may_be_told_a_millisecond_late() -> None:
    def history(seen_at: int) -> list[Event]:
        values = [(0, "kill", KILL), (seen_at, "leader", {"seen": True, "after_s": 3.0})]
        return [Event(i, NEMESIS, "info", f, value, at) for i, (at, f, value) in enumerate(values)]

    assert [recoveries(history(at))[0].leader_s for at in (2_999_000_000, 2_998_999_999)] == [2.999, None]
