"""Combining verdicts: unknown outranks valid, invalid outranks unknown."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

import harness.checkers
from harness.assertions import GuaranteeBrokenError, assert_holds
from harness.checkers import ids
from harness.checkers.verdict import Anomaly, Validity, Verdict, combine, unknown
from harness.errors import HistoryError, InconclusiveError
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


def test_an_invalid_verdict_breaks_a_guarantee_in_words() -> None:
    with pytest.raises(GuaranteeBrokenError, match="lost: 1 of 2 is gone"):
        assert_holds(combine(VALID, INVALID))


def test_an_unknown_verdict_is_inconclusive() -> None:
    with pytest.raises(InconclusiveError, match="nobody looked"):
        assert_holds(combine(VALID, UNKNOWN))


class Unreadable(Sequence[Event]):
    """A history that nobody expects."""

    def __getitem__(self, index: object) -> Any:
        raise RuntimeError("a defect")

    def __len__(self) -> int:
        raise RuntimeError("a defect")


def _checkers() -> Iterator[Callable[..., Verdict]]:
    """Every public function of harness.checkers that judges events."""
    for found in pkgutil.iter_modules(harness.checkers.__path__, "harness.checkers."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if not name.startswith("_") and inspect.isfunction(value) and value.__module__ == found.name:
                parameters = inspect.signature(value).parameters
                if "events" in parameters and value.__annotations__.get("return") == "Verdict":
                    yield value


@pytest.mark.parametrize("check", list(_checkers()), ids=lambda check: f"{check.__module__}.{check.__name__}")
def test_a_checker_that_raises_is_unknown_and_says_so(check: Callable[..., Verdict]) -> None:
    needed = [p for p in inspect.signature(check).parameters.values() if p.default is p.empty and p.name != "events"]
    verdict = check(Unreadable(), **{parameter.name: 1 for parameter in needed})
    assert verdict.validity is Validity.UNKNOWN
    assert (
        "could not judge this history, which is a defect of the harness: RuntimeError('a defect')" in verdict.sentences
    )


def test_what_is_wrong_with_a_history_is_still_an_error() -> None:
    with pytest.raises(HistoryError, match="completes generate"):
        ids.check([Event(0, 1, "ok", "generate", 1, 0)])
