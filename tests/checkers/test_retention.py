"""Retention: an instance that no longer shows what it has shown is found, unless it died in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given

from harness.checkers import Validity
from harness.events import NEMESIS, Event, Type
from harness.messages.checkers import retention
from tests.checkers.said import one_after_another, said, unknown
from tests.checkers.simulated import Simulated, correct, last_of, with_value
from tests.faulted import said as said_of


def told(*steps: Any) -> list[Event]:
    """Posts of a and b, and then answers of messages-1 (lists of ids) and what was done to nodes, in this order."""
    events: list[Event] = []

    def note(process: int | str, type_: Any, f: str, value: Any) -> None:
        events.append(Event(len(events), process, type_, f, value, len(events) * 10**9))

    for id_ in "ab":
        note(id_, "invoke", "post", {"id": id_, "msg": f"m-{id_}"})
        note(id_, "ok", "post", {"id": id_, "msg": f"m-{id_}"})
    for process, step in enumerate(steps):
        if isinstance(step, list):
            note(process, "invoke", "get", None)
            logging = {"from": "logging-1", "ids": ["a", "b"]}
            note(process, "ok", "get", {"logging": logging, "messages": {"from": "messages-1", "ids": step}})
        else:
            f, node = step.split()
            note(NEMESIS, "info", f, {**said_of(f), "nodes": [node], "phase": "begin"})
            note(NEMESIS, "info", f, {**said_of(f), "nodes": [node], "phase": "end"})
    return events


@given(correct())
def test_a_correct_history_is_valid(simulated: Simulated) -> None:
    assert retention.check(simulated.events).validity is Validity.VALID


@given(correct())
def test_what_the_drain_showed_the_last_get_has_to_show(simulated: Simulated) -> None:
    get = last_of(simulated.events, "get")
    ids = get.value["messages"]["ids"]
    assume(ids)
    poor = {**get.value, "messages": {**get.value["messages"], "ids": ids[1:]}}
    verdict = retention.check(with_value(simulated.events, get.index, poor))
    assert [anomaly.name for anomaly in verdict.anomalies] == ["vanished"]


@pytest.mark.parametrize(
    ("steps", "validity"),
    [
        ([["a"], ["a", "b"]], Validity.VALID),
        ([["a"], []], Validity.INVALID),
        ([["a"], "kill messages-1", []], Validity.VALID),
        ([["a"], "stop messages-1", "undo-stop messages-1", []], Validity.VALID),
        ([["a"], "kill messages-1", ["b"], []], Validity.INVALID),
        ([["a"], "kill messages-2", []], Validity.INVALID),
        ([["a"], "kill kafka-1", []], Validity.INVALID),
        ([["a"], "pause messages-1", "undo-pause messages-1", []], Validity.INVALID),
        ([["a"], "isolate messages-1", []], Validity.INVALID),
        ([["a"], "partial-partition messages-1", []], Validity.INVALID),
        ([["a"], "restart messages-1", "undo-restart messages-1", []], Validity.VALID),
        ([["a"], "crash messages-1", "undo-crash messages-1", []], Validity.VALID),
        ([["a"], "heat messages-1", "undo-heat messages-1", []], Validity.INVALID),
        ([[], []], Validity.VALID),
        ([], Validity.UNKNOWN),
    ],
)
def test_only_its_own_death_excuses_an_instance(steps: Sequence[Any], validity: Validity) -> None:
    assert retention.check(told(*steps)).validity is validity


def test_what_vanished_is_told_once_with_when_it_was_shown() -> None:
    verdict = retention.check(told(["a", "b"], ["b"], [], ["a", "b"]))
    assert verdict.sentences == (
        "vanished: a GET answered by messages-1 lacked 1 of 2 messages that it had shown before: a; the first of 2 "
        "of 4 answers like it, over 3.0 s; all came back"
    )
    assert [operation.f for operation in verdict.anomalies[0].operations] == ["post", "post", "get", "get", "get"]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([["a", "b"], ["a"]], "b"),
        ([["a", "b"], ["a"], ["a"]], "; 1 of 1 messages not in the last answer either"),
        ([["a", "b"], [], ["a"]], "; 1 of 2 messages not in the last answer either"),
        ([["a"], [], "kill messages-1", ["a"]], "a"),
        ([["a"], [], ["a"], "kill messages-1", ["b"], []], "; all came back"),
        ([["a"], [], ["a"], "kill messages-1", ["b"], [], []], "; 1 of 2 messages not in the last answer either"),
        ([["a"], [], [], "kill messages-1", ["b"], [], ["b"]], "; 1 of 2 messages not in the last answer either"),
    ],
)
def test_what_vanished_may_come_back_to_the_instance_in_the_same_life(steps: Sequence[Any], words: str) -> None:
    sentence = retention.check(told(*steps)).sentences
    assert sentence.endswith(words)
    assert ("came back" in sentence, "either" in sentence) == ("came back" in words, "either" in words)


def test_of_many_answers_the_first_and_the_last_stand_for_all() -> None:
    (vanished,) = retention.check(told(["a"], [], [], [])).anomalies
    assert [operation.invoke.index for operation in vanished.operations] == [0, 4, 6, 10]


def test_what_vanished_of_several_instances_is_told_in_the_order_of_the_answers() -> None:
    def get(instance: str, *ids: str) -> tuple[str, None, Type, Any]:
        logging = {"from": "logging-1", "ids": []}
        return "get", None, "ok", {"logging": logging, "messages": {"from": instance, "ids": list(ids)}}

    verdict = retention.check(one_after_another(get("m-1", "a"), get("m-2", "b"), get("m-2"), get("m-1")))
    told = "a GET answered by m-2 lacked 1 of 1 messages that it had shown before: b"
    assert said(verdict) == [("vanished", f"{told}; the first of 2 of 4 answers like it, over 3.0 s", [0, 2, 4, 6])]
    assert verdict.figures == {"answers": 4}


def test_where_nobody_answered_nothing_can_be_said() -> None:
    assert said(retention.check([])) == unknown("no messages instance answered, so nobody knows what they keep")
