"""Combining verdicts: unknown outranks valid, invalid outranks unknown."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from harness.checkers import ids
from harness.checkers.offered import checkers
from harness.checkers.verdict import Anomaly, Validity, Verdict, combine, unknown
from harness.errors import HistoryError
from harness.events import Event

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
        f"{name} could not judge this history, which is a defect of the harness: RuntimeError('a defect')"
        in verdict.sentences
    )


def test_what_is_wrong_with_a_history_is_still_an_error() -> None:
    with pytest.raises(HistoryError, match="completes generate"):
        ids.check([Event(0, 1, "ok", "generate", 1, 0)])
