"""What a checker may be given by name, and under which name it is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pytest

from harness.checkers import counter
from harness.checkers.offered import checkers, refuse_arguments
from harness.checkers.shapes import Count, Share
from harness.checkers.verdict import Verdict, name_of
from harness.errors import BadInputError
from harness.events import Event


def judge(
    events: Sequence[Event],
    *,
    count: Count,
    share: Share | None = None,
    kind: Literal["a", "b"] = "a",
    strict: bool = False,
    word: str = "",
    places: list[int] | None = None,
) -> Verdict:
    return Verdict.of([])


def nothing_to_give(events: Sequence[Event]) -> Verdict:
    return Verdict.of([])


@pytest.mark.parametrize(
    "arguments",
    [
        {"count": 0},
        {"count": 1 << 53},
        {"count": 1, "share": 0, "kind": "b", "strict": True, "word": "x"},
        {"count": 1, "share": 0.5},
        {"count": 1, "share": 1},
        {"count": 1, "share": None},
        {"count": 1, "places": []},
        {"count": 1, "places": [0, 2]},
        {"count": 1, "places": None},
    ],
)
def test_what_fits_is_taken(arguments: Mapping[str, object]) -> None:
    refuse_arguments(judge, arguments, "judge")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({}, "judge needs count: judge:count=..."),
        (
            {"count": 1, "most": 1, "least": 2},
            "judge has no argument least, most; it takes count, share, kind, strict, word, places",
        ),
        ({"count": -1}, "judge can't be given count=-1; due was Count (0 to 9.0072e+15)"),
        ({"count": True}, "judge can't be given count=true; due was Count (0 to 9.0072e+15)"),
        ({"count": 1.0}, "judge can't be given count=1.0; due was Count (0 to 9.0072e+15)"),
        ({"count": 1, "share": 1.1}, "judge can't be given share=1.1; due was Share | None (0 to 1)"),
        ({"count": 1, "share": True}, "judge can't be given share=true; due was Share | None (0 to 1)"),
        ({"count": 1, "share": "1"}, 'judge can\'t be given share="1"; due was Share | None (0 to 1)'),
        ({"count": 1, "kind": "c"}, 'judge can\'t be given kind="c"; due was Literal[\'a\', \'b\'] ("a", "b")'),
        ({"count": 1, "strict": 1}, "judge can't be given strict=1; due was bool"),
        ({"count": 1, "word": 1}, "judge can't be given word=1; due was str"),
        ({"count": 1, "places": 1}, "judge can't be given places=1; due was list[int] | None"),
        ({"count": 1, "places": [1, "2"]}, 'judge can\'t be given places=[1, "2"]; due was list[int] | None'),
    ],
)
def test_what_does_not_fit_is_refused_in_words(arguments: Mapping[str, object], complaint: str) -> None:
    with pytest.raises(BadInputError) as error:
        refuse_arguments(judge, arguments, "judge")
    assert str(error.value) == complaint


def test_a_checker_that_takes_nothing_says_so_and_all_that_is_missing_is_named() -> None:
    with pytest.raises(BadInputError, match=r"^it has no argument most; it takes none$"):
        refuse_arguments(nothing_to_give, {"most": 1}, "it")

    def needs(events: Sequence[Event], one: int, other: int) -> Verdict:
        return Verdict.of([])

    with pytest.raises(BadInputError, match=r"^it needs one, other: it:one=\.\.\.$"):
        refuse_arguments(needs, {}, "it")


def test_one_of_the_packages_has_a_short_name_and_another_one_its_modules() -> None:
    assert name_of(counter.check) == "counter.check"
    assert name_of(judge) == f"{__name__}.judge"


def test_checkers_are_the_public_functions_that_judge_events() -> None:
    # Anew: what is offered is found once in a process.
    found = checkers.__wrapped__()
    assert found == checkers()
    assert {"counter.check", "set_full.at_the_end", "set_full.over_time", "delivery.check"} <= found.keys()
    assert not {"verdict.unknown", "verdict.combine", "verdict.few"} & found.keys()
