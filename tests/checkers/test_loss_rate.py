"""The share that repeated kills take along: known to a stated confidence, and refused where it is another."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.events import Event
from harness.servers.hazelcast.checkers import loss_rate
from tests.checkers.test_lost_partitions import history


def repeated(seeds: Iterable[int], *, copies: int = 2) -> list[Event]:
    """Rounds one after the other, each with keys of its own."""
    events: list[Event] = []
    for seed in seeds:
        start = len(events)
        events += [
            event._replace(index=start + event.index, time=start + event.time)
            for event in history(seed, copies=copies, killed=2)
        ]
    return events


def test_rounds_begin_with_the_first_put_after_a_read() -> None:
    events = repeated([1, 2, 3])
    assert [len(one) for one in loss_rate.rounds(events)] == [len(events) // 3] * 3


@settings(max_examples=20)
@given(seeds=st.lists(st.integers(0, 2**32), min_size=3, max_size=3, unique=True))
def test_a_third_is_valid(seeds: list[int]) -> None:
    verdict = loss_rate.check(repeated(seeds), share=1 / 3, copies=2)
    assert verdict.validity is Validity.VALID, verdict.sentences
    assert verdict.figures["rounds"] == 3


@pytest.mark.parametrize("share", [1 / 6, 1 / 2, 2 / 3])
@settings(max_examples=20)
@given(seeds=st.lists(st.integers(0, 2**32), min_size=3, max_size=3, unique=True))
def test_three_rounds_tell_a_third_from_what_else_it_might_be(share: float, seeds: list[int]) -> None:
    names = {anomaly.name for anomaly in loss_rate.check(repeated(seeds), share=share, copies=2).anomalies}
    assert names == {"implausible share"}


def test_a_round_without_a_loss_says_nothing() -> None:
    assert loss_rate.check(repeated([1], copies=3), share=1 / 3, copies=2).validity is Validity.UNKNOWN


def test_the_interval_is_wilsons() -> None:
    # R, binom::binom.wilson(271, 813, conf.level = 0.9999)
    low, high = loss_rate.interval(271, 813)
    assert (low, high) == pytest.approx((0.2723, 0.4004), abs=0.0005)
    assert loss_rate.interval(0, 10)[0] == pytest.approx(0)


def test_the_repetitions_are_known_beforehand() -> None:
    needed = loss_rate.repetitions(share=1 / 3, partitions=271, points=0.075)
    low, high = loss_rate.interval(271 * needed // 3, 271 * needed)
    assert needed == 3
    assert high - low <= 2 * 0.075
