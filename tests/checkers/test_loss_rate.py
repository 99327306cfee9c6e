"""The share that repeated kills take along: known to a stated confidence, and refused where it is another."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.events import Event
from harness.servers.hazelcast.checkers import loss_rate
from tests.checkers.said import said, unknown
from tests.checkers.test_lost_partitions import Row, events_of, history, killed, noted, owned, put, read


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


def test_a_round_without_a_loss_is_not_as_expected() -> None:
    verdict = loss_rate.check(repeated([1], copies=3), share=1 / 3, copies=2)
    assert "not as expected" in {anomaly.name for anomaly in verdict.anomalies}


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
    assert loss_rate.repetitions(share=0.2, partitions=10, points=0.1) == 25


@pytest.mark.parametrize(("lost", "of"), [(0, 7), (1, 3), (2, 48), (30, 90), (813, 813)])
def test_the_interval_has_the_shares_from_which_what_was_seen_is_just_that_far_away(lost: int, of: int) -> None:
    low, high = loss_rate.interval(lost, of)
    assert low <= lost / of <= high
    for share in (low, high):
        assert (lost / of - share) ** 2 == pytest.approx(3.8906**2 * share * (1 - share) / of, abs=1e-12)


def one_round(*more: Row, back: str = "bc") -> list[Row]:
    """Three keys, each in a partition of its own; the member that owned them is killed, and some come back."""
    backups = [[number, 1] for number, key in enumerate("abc") if key not in back]
    told = noted("partition-losses", {"backups": backups})
    return [*put(*"abc"), owned(a="p0m1", b="p1m1", c="p2m1"), killed("m1"), *read(*back), told, *more]


def test_rounds_are_counted_together() -> None:
    verdict = loss_rate.check(events_of(*one_round(), *one_round(back="a")), share=0.2345, copies=2)
    assert said(verdict) == []
    assert verdict.figures == {
        "rounds": 2,
        "acknowledged": 6,
        "lost": 3,
        "lost_by_round": [1, 2],
        "partitions": 6,
        "partitions_lost": 3,
        "share_lost": 0.5,
        "share_expected": 0.234,
        "interval of 99.99 %": "7.7% to 92.3%",
    }


def test_a_share_that_each_round_allows_may_be_implausible_over_all() -> None:
    names = "abcdefghijkl"
    places = {name: [number, "m1"] for number, name in enumerate(names)}
    told = [noted("owners", {"keys": places}), killed("m1"), *read(*names[1:])]
    lost = noted("partition-losses", {"backups": [[0, 0]]})
    verdict = loss_rate.check(events_of(*[*put(*names), *told, lost] * 4), share=0.5, copies=1)
    assert verdict.validity is Validity.INVALID
    assert said(verdict) == [
        (
            "implausible share",
            "4 of 48 partitions were lost over 4 rounds: 1.5% to 35.1% with 99.99 % confidence, 50.0% was expected",
            [],
        )
    ]
    assert verdict.figures["share_lost"] == 0.083
    assert loss_rate.check(events_of(*[*put(*names), *told] * 4), share=0.5, copies=1).anomalies

    uneven = noted("keys-per-member", {"m1": 90, "m2": 10})
    both = loss_rate.check(events_of(*[*put(*names), uneven, *told, lost] * 4), share=0.5, copies=1)
    assert {name for name, *_ in said(both)} == {"unevenly spread", "implausible share"}


def test_where_a_round_lost_nothing_the_share_over_all_is_not_told_as_well() -> None:
    found = loss_rate.check(events_of(*one_round(back="abc") * 20), share=0.5, copies=2)
    assert found.figures["interval of 99.99 %"] == "0.0% to 20.1%"
    assert {name for name, *_ in said(found)} == {"not as expected"}


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_all_or_nothing_is_no_less_plausible_than_it_was_expected(share: float) -> None:
    once = one_round(back="" if share else "abc")
    for rounds in range(1, 60):
        assert said(loss_rate.check(events_of(*once * rounds), share=share, copies=2)) == []


def test_where_a_round_says_nothing_the_share_over_all_is_not_judged() -> None:
    nothing = "nobody noted where 3 of 3 keys were: a, b, c"
    silent = [*put(*"abc"), killed("m1"), *read(*"abc")]
    unsure = loss_rate.check(events_of(*one_round(), *silent), share=0.5, copies=2)
    assert (unsure.validity, said(unsure), unsure.figures) == (Validity.UNKNOWN, unknown(nothing), {"rounds": 2})
    uneven = noted("keys-per-member", {"m1": 90, "m2": 10})
    wrong = loss_rate.check(events_of(*one_round(uneven), *silent), share=0.5, copies=2)
    assert wrong.validity is Validity.INVALID
    assert [name for name, *_ in said(wrong)] == ["unevenly spread", "unknown"]


def test_a_round_that_lost_nothing_is_not_as_expected_and_counts() -> None:
    found = loss_rate.check(events_of(*one_round(), *one_round(back="abc")), share=0.5, copies=2)
    assert [name for name, *_ in said(found)] == ["not as expected"]
    assert found.figures["rounds"] == 2
    assert found.figures["partitions"] == 6


def test_without_a_put_there_is_no_round() -> None:
    nothing = "no keys were put, so no round says how many partitions were lost"
    assert said(loss_rate.check(events_of(killed("m1"), *read()), share=0.5, copies=2)) == unknown(nothing)


def test_what_is_under_way_belongs_to_the_round_in_which_it_began() -> None:
    events = events_of(
        killed("m1"),
        *read(),
        (7, "invoke", "noop", None),
        *put("a"),
        (3, "invoke", "add", "b"),
        (7, "ok", "noop", None),
        killed("m1"),
        *read(),
        (8, "invoke", "noop", None),
        (8, "ok", "noop", None),
        *put("c"),
        (3, "ok", "add", "b"),
        *put("d"),
        killed("m2"),
    )
    first, second = loss_rate.rounds(events)
    assert [event.index for event in first] == [4, 5, 6, 8, 9, 10, 11, 12, 15]
    assert [event.index for event in second] == [13, 14, 16, 17, 18]
