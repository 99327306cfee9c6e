"""Commits: a double of what was committed before a fault is told from one that the fault explains."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from harness.checkers import Validity
from harness.events import NEMESIS, Event
from harness.guarantees import SETTINGS, permitted
from harness.messages.checkers import commits
from tests.checkers.said import said, unknown
from tests.checkers.simulated import Simulated, correct


def told(*steps: Any) -> list[Event]:
    """Each step over before the next: "+a" posts a, a list is an answer of messages-1, a pair the drain of both."""
    events: list[Event] = []

    def note(process: int | str, type_: Any, f: str, value: Any) -> None:
        events.append(Event(len(events), process, type_, f, value, len(events) * 10**9))

    for process, step in enumerate(steps):
        match step:
            case list():
                note(process, "invoke", "get", None)
                logging = {"from": "logging-1", "ids": []}
                note(process, "ok", "get", {"logging": logging, "messages": {"from": "messages-1", "ids": step}})
            case tuple():
                note(process, "invoke", "drain", None)
                note(process, "ok", "drain", {"messages-1": step[0], "messages-2": step[1]})
            case str() if step.startswith("+"):
                value = {"id": step[1], "msg": step}
                note(process, "invoke", "post", value)
                note(
                    process, "ok", "post", {**value, "partition": None if step.endswith("?") else 1, "offset": process}
                )
            case _:
                note(NEMESIS, "info", step.split()[0], {"nodes": [step.split()[1]], "phase": "begin"})
    return events


@given(correct())
def test_a_correct_history_is_valid(simulated: Simulated) -> None:
    assert commits.check(simulated.events).validity is Validity.VALID


@pytest.mark.parametrize(
    ("steps", "validity"),
    [
        (["+a", ["a"], "+b", ["a", "b"], "pause kafka-1", (["a", "b"], ["a"])], Validity.INVALID),
        (["+a", ["a"], "+b", ["a", "b"], "pause kafka-1", (["a", "b"], ["b"])], Validity.VALID),
        (["+a", ["a"], "+b", ["a", "b"], (["a", "a", "b"], [])], Validity.INVALID),
        (["+a", ["a"], "+b", "pause kafka-1", ["a", "b"], (["a", "b"], ["a"])], Validity.VALID),
        (["+a", "+b", ["a", "b"], "pause kafka-1", (["a", "b"], ["a"])], Validity.VALID),
        (["+a", ["a"], "+b", ["a"], "pause kafka-1", (["a", "b"], ["a"])], Validity.VALID),
        (["+a", "+a", ["a"], "+b", ["a", "b"], (["a", "b"], ["a"])], Validity.VALID),
        # What was shown once had been read, also if the last answer lacks it.
        (["+a", ["a"], "+b", ["a", "b"], ["a"], "pause kafka-1", (["a", "b"], ["a"])], Validity.INVALID),
        (["+a?", ["a"], "+b", ["a", "b"], (["a", "b"], ["a"])], Validity.VALID),
        (["+a", ["a"]], Validity.UNKNOWN),
    ],
)
def test_only_what_was_surely_committed_before_a_fault_must_not_come_again(
    steps: list[Any], validity: Validity
) -> None:
    assert commits.check(told(*steps)).validity is validity


def test_what_is_said() -> None:
    verdict = commits.check(told("+a", ["a"], "+b", ["a", "b"], (["a", "b"], ["a"])))
    assert verdict.figures == {"surely committed": 1}
    assert said(verdict) == [
        (
            "taken again",
            "1 messages were taken again, although they had been committed before anything was broken: a; "
            "acknowledged in partition 1",
            [0, 8],
        )
    ]
    reason = "the messages instances were never drained, so nobody knows what they took twice"
    assert said(commits.check([])) == unknown(reason)


@pytest.mark.parametrize(("by_itself", "may"), [("true", True), ("false", False)])
def test_only_a_commit_by_the_clock_lets_it_come_again(by_itself: str, may: bool) -> None:
    declared = {"messages.commits": "after storing", "messages.from_beginning": "false"}
    declared |= {"kafka.consumer.enable_auto_commit": by_itself}
    settings = Event(0, NEMESIS, "info", SETTINGS, {"declared": declared}, 0)
    fault = Event(1, NEMESIS, "info", "pause", {"nodes": ["kafka-1"], "phase": "begin"}, 1)
    assert ("taken again" in permitted([settings, fault])) is may
    assert "duplicated" in permitted([settings, fault])
