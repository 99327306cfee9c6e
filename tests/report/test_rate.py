"""The interval of a rate is the exact one: it holds what it promises, wherever the true rate is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.rate import CONFIDENCE, Interval, interval, runs_needed

counts = st.integers(1, 100).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # As SciPy 1.15 has them: binomtest(count, of).proportion_ci(method="exact").
        (0, 30, 0.0, 0.1157033082),
        (1, 30, 0.0008435709, 0.1721694557),
        (7, 20, 0.1539092048, 0.5921885345),
        (30, 30, 0.8842966918, 1.0),
        (500, 1000, 0.4685491730, 0.5314508270),
    ],
)
def test_known_intervals(count: int, of: int, low: float, high: float) -> None:
    found = interval(count, of)
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)


@given(counts)
def test_it_contains_the_rate_that_was_seen(counted: tuple[int, int]) -> None:
    count, of = counted
    found = interval(count, of)
    assert 0 <= found.low <= count / of <= found.high <= 1
    assert found.low < found.high


@given(counts, st.integers(2, 3))
def test_of_more_runs_with_the_same_rate_it_is_shorter(counted: tuple[int, int], times: int) -> None:
    count, of = counted
    assert _width(interval(count * times, of * times)) < _width(interval(count, of))


@given(counts)
def test_failures_and_successes_mirror_each_other(counted: tuple[int, int]) -> None:
    count, of = counted
    one, other = interval(count, of), interval(of - count, of)
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-9)


@given(st.floats(0.0001, 0.9999), st.integers(1, 20))
def test_whatever_the_true_rate_is_95_of_100_intervals_contain_it(rate: float, of: int) -> None:
    probable = [math.comb(of, k) * rate**k * (1 - rate) ** (of - k) for k in range(of + 1)]
    covered = [probable[k] for k in range(of + 1) if interval(k, of).low <= rate <= interval(k, of).high]
    assert math.fsum(covered) >= CONFIDENCE - 1e-9


@given(st.floats(0.001, 0.5))
def test_so_many_runs_without_a_failure_are_enough_and_one_less_is_not(below: float) -> None:
    needed = runs_needed(below)
    assert interval(0, needed).high < below + 1e-12
    assert needed == 1 or interval(0, needed - 1).high >= below - 1e-12


def test_to_show_that_one_of_a_hundred_fails_takes_hundreds_of_runs() -> None:
    assert runs_needed(0.01) == 368


@pytest.mark.parametrize(("count", "of"), [(0, 0), (-1, 3), (4, 3)])
def test_what_is_no_rate_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        interval(count, of)


def _width(of: Interval) -> float:
    return of.high - of.low
