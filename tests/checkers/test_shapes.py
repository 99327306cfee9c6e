"""The form of a history's values: what has it passes, and the first line that has not is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.checkers import shapes
from harness.checkers.elements import added, by_set, element_of, elements_of, read_of
from harness.errors import HistoryError
from harness.events import NEMESIS, Event, operations
from tests.checkers.said import one_after_another

TEXTS = {"a": shapes.text, "b": shapes.text}


@pytest.mark.parametrize(
    ("is_", "fitting", "others"),
    [
        (shapes.anything, [None, [], {}, 1], []),
        (shapes.text, ["", "a"], [None, 1, ["a"]]),
        (shapes.text_or_none, ["", None], [1, []]),
        (shapes.scalar, ["a", 1, 1.5, True, None], [[], (), {}]),
        (shapes.number, [0, -1, 1 << 53, -(1 << 53)], [(1 << 53) + 1, -(1 << 53) - 1, 1.0, True, "1", None]),
        (shapes.count, [0, 1, 1 << 53], [-1, (1 << 53) + 1, None]),
        (shapes.number_or_none, [0, -1, None], ["1", True]),
    ],
)
def test_a_value_has_a_form_or_not(is_: shapes.Is, fitting: list[Any], others: list[Any]) -> None:
    assert [value for value in fitting if is_(value) is not True] == []
    assert [value for value in others if is_(value) is not False] == []


@pytest.mark.parametrize(
    ("of", "parts", "fitting", "others"),
    [
        (shapes.list_of, [shapes.text], [[], ["a"], ("a", "b")], ["ab", None, ["a", 1], [1, "a"], {"a": "b"}]),
        (
            shapes.pair_of,
            [shapes.text, shapes.count],
            [["a", 1], ("a", 1)],
            ["a1", [], ["a"], ["a", "a"], [1, 1], ["a", 1, 1], {0: "a", 1: 1}],
        ),
        (shapes.map_to, [shapes.text], [{}, {"a": "b"}], [["a"], None, {"a": "b", "c": 1}, {"a": 1}]),
        (shapes.fields, [TEXTS], [{"a": "", "b": "", "c": 1}], [None, ["a", "b"], {"a": ""}, {"a": "", "b": 1}]),
        (shapes.perhaps, [TEXTS], [{}, {"a": None}, {"a": "", "b": "", "c": 1}], [None, ["a"], {"a": 1}, {"b": 1}]),
        (shapes.either, [shapes.text, shapes.count], ["a", 1], [-1, None]),
        (shapes.either, [], [], ["a"]),
    ],
)
def test_a_value_of_parts_has_the_forms_of_its_parts(
    of: Callable[..., shapes.Is], parts: list[Any], fitting: list[Any], others: list[Any]
) -> None:
    test_a_value_has_a_form_or_not(of(*parts), fitting, others)


@pytest.mark.parametrize(
    ("micro", "asked", "answered"),
    [
        (["append", "k", 1], True, True),
        (["append", "k", [1]], False, False),
        (["append", ["k"], 1], False, False),
        (["append", "k"], False, False),
        (["r", "k", None], True, True),
        (["r", "k", [1]], True, True),
        (["r", "k", [[1]]], True, False),
        (["r", "k", 1], True, False),
        (["r", ["k"], None], False, False),
        (["w", "k", 1], False, False),
        (["w", "k", None], False, False),
        ("rk1", False, False),
    ],
)
def test_a_transaction_is_of_reads_and_appends(micro: Any, asked: bool, answered: bool) -> None:
    shape = shapes.TRANSACTIONS.operations["txn"]
    assert (shape.invoked([micro]), shape.answered([micro])) == (asked, answered)


FORMS = shapes.Shapes(
    {"note": shapes.Shape("text, ok: a count", shapes.text, shapes.count)},
    {"said": shapes.Shape("a text", shapes.text, shapes.anything)},
)


@pytest.mark.parametrize(
    ("events", "complaint"),
    [
        (one_after_another(("note", "a", "ok", 1), ("other", 1, "ok", "a")), None),
        (one_after_another(("note", "a", "fail", "no"), ("note", "a", "info", None)), None),
        (one_after_another(("note", "a", "ok", 1))[:1], None),
        (
            one_after_another(("note", "a", "ok", 1), ("note", 2, "ok", 1)),
            "line 3: the value of note (invoke) is 2; due was text, ok: a count",
        ),
        (
            one_after_another(("note", "a", "ok", -1)),
            "line 2: the value of note (ok) is -1; due was text, ok: a count",
        ),
        ((Event(0, NEMESIS, "info", "said", "a", 0), Event(1, NEMESIS, "info", "kill", 1, 0)), None),
        (
            (Event(0, NEMESIS, "info", "said", "a", 0), Event(1, NEMESIS, "info", "said", 1, 0)),
            "line 2: the value of said (info) is 1; due was a text",
        ),
        (one_after_another(("said", 1, "ok", 1)), None),
    ],
)
def test_the_first_line_with_another_form_is_named(events: tuple[Event, ...], complaint: str | None) -> None:
    found = None
    try:
        shapes.refuse_others(events, FORMS)
    except HistoryError as error:
        found = str(error)
    assert found == complaint


@pytest.mark.parametrize(("length", "shown"), [(58, "x" * 58 + '"'), (59, "x" * 59 + "...")])
def test_a_long_value_is_shown_by_its_beginning(length: int, shown: str) -> None:
    with pytest.raises(HistoryError) as error:
        shapes.refuse_others(one_after_another(("note", "a", "ok", "x" * length)), FORMS)
    assert f'is "{shown}; due' in str(error.value)


def test_a_checker_says_which_forms_it_relies_on() -> None:
    def unmarked() -> None:
        """A function that relies on nothing."""

    assert shapes.of(unmarked) == shapes.Shapes()
    marked = shapes.judging(FORMS)(unmarked)
    assert marked is unmarked
    assert shapes.of(marked) is FORMS


def test_what_is_recorded_of_named_sets_is_read_as_it_was_meant() -> None:
    assert (added("s", 1), read_of("s"), read_of("s", {1: 2})) == (
        {"set": "s", "element": 1},
        {"set": "s"},
        {"set": "s", "elements": [1]},
    )
    history = operations(
        one_after_another(
            ("add", added("s", 1), "ok", added("s", 1)),
            ("other", "s", "ok", "s"),
            ("read", read_of("s"), "ok", read_of("s", [1])),
            ("add", added("t", 2), "ok", added("t", 2)),
        )
    )
    add, _, read, other = history
    assert by_set(history) == {"s": [add, read], "t": [other]}
    assert (element_of(add), elements_of(read)) == (1, [1])
