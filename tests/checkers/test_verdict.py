"""Combining verdicts: unknown outranks valid, invalid outranks unknown."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from harness.checkers import ids
from harness.checkers.offered import checkers
from harness.checkers.verdict import Anomaly, Validity, Verdict, checker, combine, few, unknown
from harness.errors import HistoryError
from harness.events import Event, operations
from tests.checkers.said import one_after_another, said

VALID, UNKNOWN, INVALID = Verdict.of([]), unknown("nobody looked"), Verdict.of([Anomaly("lost", "1 of 2 is gone")])


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], Validity.VALID),
        ([VALID, VALID], Validity.VALID),
        ([VALID, UNKNOWN], Validity.UNKNOWN),
        ([UNKNOWN, INVALID, VALID], Validity.INVALID),
    ],
)
def test_the_worst_wins(verdicts: list, expected: Validity) -> None:
    assert combine(*verdicts).validity is expected


class Unreadable(Sequence[Event]):
    """A history that nobody expects."""

    def __getitem__(self, index: object) -> Any:
        raise RuntimeError("a defect")

    def __len__(self) -> int:
        raise RuntimeError("a defect")


@pytest.mark.parametrize(("name", "check"), checkers().items(), ids=checkers())
def test_a_checker_that_raises_is_unknown_and_says_so_under_its_name(name: str, check: Callable[..., Verdict]) -> None:
    needed = [p for p in inspect.signature(check).parameters.values() if p.default is p.empty and p.name != "events"]
    verdict = check(Unreadable(), **{parameter.name: 1 for parameter in needed})
    assert verdict.validity is Validity.UNKNOWN
    assert verdict.checker == name
    assert (
        f"{name} could not judge this history, which is a defect of the checker: RuntimeError('a defect')"
        in verdict.sentences
    )


def test_what_is_wrong_with_a_history_is_still_an_error() -> None:
    with pytest.raises(HistoryError, match="completes generate"):
        ids.check([Event(0, 1, "ok", "generate", 1, 0)])


def test_a_checker_is_given_its_arguments_and_its_verdict_its_name() -> None:
    @checker
    def judge(one: int, *, other: int) -> Verdict:
        return Verdict.of([Anomaly("odd", f"{one} of {other}")])

    assert judge(1, other=2) == Verdict(Validity.INVALID, (Anomaly("odd", "1 of 2"),), {}, f"{__name__}.judge")


def test_what_a_checker_does_not_expect_leaves_its_verdict_unknown() -> None:
    @checker
    def judge() -> Verdict:
        raise ValueError("a defect")

    reason = f"{__name__}.judge could not judge this history, which is a defect of the checker: ValueError('a defect')"
    assert judge() == replace(unknown(reason), checker=f"{__name__}.judge")


def test_of_several_verdicts_everything_is_kept() -> None:
    one = Verdict.of([Anomaly("lost", "1 is gone")], {"reads": 1, "lost": 1})
    both = combine(one, unknown("nobody looked", {"reads": 2}))
    assert both.sentences == "lost: 1 is gone\nunknown: nobody looked"
    assert both.figures == {"reads": 2, "lost": 1}


@checker
def judge_each(events: Sequence[Event]) -> Verdict:
    """An anomaly for every operation, named after its kind."""
    return Verdict.of([Anomaly(o.f, f"{o.f} {o.value}", (o,) if o.f != "unseen" else ()) for o in operations(events)])


def test_what_comes_many_times_is_told_once_with_how_often_from_when_to_when_and_all_its_operations() -> None:
    twice = [(f, number, "ok", number) for number in range(4) for f in ("odd", "even") if number < 3 or f == "odd"]
    assert said(judge_each(one_after_another(*twice))) == [
        ("odd", "odd 0; the first of 4 like it, over 13.0 s", [0, 4, 8, 12]),
        ("even", "even 0", [2]),
        ("even", "even 1", [6]),
        ("even", "even 2", [10]),
    ]


def test_what_is_in_no_operation_is_told_each_time() -> None:
    assert len(judge_each(one_after_another(*[("unseen", 1, "ok", 1)] * 9)).anomalies) == 9


def test_the_time_of_what_never_ended_is_its_beginning() -> None:
    events = [*one_after_another(*[("odd", 1, "ok", 1)] * 3), Event(6, 9, "invoke", "odd", 2, 6 * 10**9)]
    assert judge_each(events).sentences == "odd: odd 1; the first of 4 like it, over 6.0 s"


def test_of_many_only_a_few_are_named() -> None:
    assert [few(range(count)) for count in (0, 1, 5, 6, 8)] == [
        "",
        "0",
        "0, 1, 2, 3, 4",
        "0, 1, 2, 3, 4 and 1 more",
        "0, 1, 2, 3, 4 and 3 more",
    ]
    assert few(["b", "a", 10]) == "10, a, b"
