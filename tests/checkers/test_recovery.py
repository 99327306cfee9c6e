"""Recovery: what was seen too late is found, by its step; what nobody waited for says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checkers import Validity, recovery
from harness.events import NEMESIS, Event
from harness.steps import Step
from tests.checkers.said import said, unknown

S = 1_000_000_000
KILL = {"nodes": ["node-1"], "phase": "begin"}
#: When, what, and its value.
Row = tuple[float, str, object]


def told(*rows: Row) -> tuple[Event, ...]:
    """A history of the nemesis alone."""
    return tuple(Event(i, NEMESIS, "info", f, value, int(at * S)) for i, (at, f, value) in enumerate(rows))


def seen(at: float, after_s: float, step: str | None) -> Row:
    """An effect; without a step it is one from before an effect said what it shows."""
    return (at, "leader", {"seen": True, "after_s": after_s, **({"shows": step} if step else {})})


@pytest.mark.parametrize(
    ("step", "name", "words"),
    [
        ("detection", "detected too late", "nobody showed anything of it until 20.00 s after kill node-1"),
        ("leader", "taken over too late", "no other node led or owned what it had until 20.00 s after kill node-1"),
        ("redundancy", "redundant too late", "not every copy was in place until 20.00 s after kill node-1"),
    ],
)
def test_a_step_that_was_seen_too_late_is_named(step: Step, name: str, words: str) -> None:
    history = told((10, "kill", KILL), seen(30, 20.0, step))
    assert said(recovery.check(history, step=step, within_s=19.9)) == [(name, f"{words}; 19.90 s are allowed", [])]
    assert recovery.check(history, step=step, within_s=20).validity is Validity.VALID


@given(after=st.integers(0, 60), budget=st.integers(0, 60))
def test_a_step_is_late_if_and_only_if_it_was_seen_after_its_budget(after: int, budget: int) -> None:
    history = told((10, "kill", KILL), seen(10 + after, after, "leader"))
    late = recovery.check(history, step="leader", within_s=budget).validity is Validity.INVALID
    assert late == (after > budget)


def test_each_fault_has_the_budget_and_the_later_one_is_no_excuse() -> None:
    history = told((0, "kill", KILL), (10, "kill", KILL), seen(11, 1.0, "leader"), seen(25, 25.0, "leader"))
    verdict = recovery.check(history, step="leader", within_s=20)
    assert (verdict.validity, verdict.figures) == (
        Validity.INVALID,
        {"longest_leader_s": 25.0, "leader_budget_s": 20},
    )


def test_only_the_first_sighting_of_a_step_counts() -> None:
    history = told((0, "kill", KILL), seen(1, 1.0, "leader"), seen(50, 50.0, "leader"))
    assert recovery.check(history, step="leader", within_s=20).validity is Validity.VALID


def test_another_leader_shows_that_the_loss_was_noticed_but_full_copies_do_not() -> None:
    led = told((0, "kill", KILL), seen(30, 30.0, "leader"))
    assert recovery.check(led, step="detection", within_s=20).validity is Validity.INVALID
    whole = told((0, "kill", KILL), seen(30, 30.0, "redundancy"))
    assert said(recovery.check(whole, step="detection", within_s=20)) == unknown(
        "nobody waited for what shows the detection after kill node-1"
    )


def test_copies_are_due_once_while_a_fault_is_in_force_and_again_once_it_is_undone() -> None:
    history = told(
        (0, "kill", KILL),
        seen(9, 9.0, "redundancy"),
        (100, "undo-kill", KILL),
        seen(130, 130.0, "redundancy"),
    )
    verdict = recovery.check(history, step="redundancy", within_s=20)
    assert said(verdict) == [
        (
            "redundant too late",
            "not every copy was in place until 30.00 s after undo-kill node-1 began; 20.00 s are allowed",
            [],
        )
    ]
    assert recovery.check(history, step="redundancy", within_s=30).validity is Validity.VALID


def test_copies_that_nobody_waited_for_once_the_fault_was_undone_have_no_verdict() -> None:
    history = told((0, "kill", KILL), seen(9, 9.0, "redundancy"), (100, "undo-kill", KILL))
    assert said(recovery.check(history, step="redundancy", within_s=20)) == unknown(
        "nobody waited for what shows the redundancy after undo-kill node-1"
    )


def test_a_fault_of_which_nobody_waited_for_the_step_has_no_verdict() -> None:
    history = told((0, "kill", KILL), seen(1, 1.0, "leader"), (10, "pause", KILL))
    assert said(recovery.check(history, step="leader", within_s=20)) == unknown(
        "nobody waited for what shows the leader after pause node-1"
    )
    assert recovery.check(history, step="leader", within_s=0.5).validity is Validity.INVALID


def test_without_a_fault_there_is_nothing_to_recover_from() -> None:
    assert said(recovery.check(told(), step="leader", within_s=20)) == unknown(
        "nothing was broken, so there is nothing to recover from"
    )


def test_what_an_effect_shows_is_known_of_old_histories_by_its_name() -> None:
    history = told((0, "kill", KILL), seen(30, 30.0, None))
    assert recovery.check(history, step="leader", within_s=20).validity is Validity.INVALID


def operated(*rows: tuple[float, str, str, str]) -> tuple[Event, ...]:
    """A history of one client: when, how, what; and of the nemesis, where that is who."""
    return tuple(
        Event(i, NEMESIS if who == NEMESIS else 1, how if who != NEMESIS else "info", f, KILL, int(at * S))  # type: ignore[arg-type]
        for i, (at, who, how, f) in enumerate(rows)
    )


READ = [(29.0, "client", "invoke", "drain"), (30.0, "client", "ok", "drain")]


@pytest.mark.parametrize(
    ("before", "took_s"),
    [
        ([(0.0, NEMESIS, "", "kill")], 30.0),
        ([(0.0, NEMESIS, "", "kill"), (12.0, NEMESIS, "", "undo-kill")], 18.0),
        ([(0.0, NEMESIS, "", "kill"), (20.0, NEMESIS, "", "settings")], 10.0),
        ([(0.0, NEMESIS, "", "kill"), (1.0, "c", "invoke", "post"), (25.0, "c", "ok", "post")], 5.0),
        ([], 1.0),
    ],
    ids=["a fault", "its undoing", "the start of consumers", "a post", "nothing"],
)
def test_a_backlog_is_drained_from_the_last_thing_that_happened_before(
    before: list[tuple[float, str, str, str]], took_s: float
) -> None:
    history = operated(*before, *READ)
    assert recovery.drained_s(history, "drain") == took_s
    assert recovery.drained(history, f="drain", within_s=took_s).validity is Validity.VALID
    assert said(recovery.drained(history, f="drain", within_s=took_s - 0.5)) == [
        (
            "drained too late",
            f"the drain that found all read was over after {took_s:.2f} s; {took_s - 0.5:.2f} s are allowed",
            [],
        )
    ]


def test_a_backlog_that_nobody_read_after_the_last_fault_has_no_verdict() -> None:
    history = operated(*READ, (40.0, NEMESIS, "", "kill"), (41.0, "c", "invoke", "drain"), (42.0, "c", "fail", "drain"))
    assert said(recovery.drained(history, f="drain", within_s=20)) == unknown(
        "no drain succeeded after the last fault, so nobody knows whether anything is left"
    )
