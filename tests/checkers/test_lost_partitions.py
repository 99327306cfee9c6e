"""Lost partitions: what the placement of the copies permits passes; anything else is found."""

import itertools
import random
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.checks import how_broken
from harness.events import NEMESIS, Event, Type
from harness.results import Result
from harness.servers.hazelcast.checkers import lost_partitions
from harness.servers.hazelcast.shares import expected_share
from tests.checkers.said import said, unknown

MEMBERS = ("hazelcast-1", "hazelcast-2", "hazelcast-3")
PARTITIONS = 271
PLACES = {f"key-{n}": n % PARTITIONS for n in range(1000)}
_ENDS: tuple[Type, Type] = ("invoke", "ok")
ADDS = tuple(
    Event(index, 1, end, "add", key, index) for index, (key, end) in enumerate(itertools.product(PLACES, _ENDS))
)


def history(seed: int, copies: int, killed: int) -> tuple[Event, ...]:
    """1000 keys; each partition's copies on members at random; the read has what a survivor has a copy of."""
    chance = random.Random(seed)
    placed = {p: chance.sample(MEMBERS, copies) for p in range(PARTITIONS)}
    dead = set(chance.sample(MEMBERS, killed))
    owners = {key: [p, placed[p][0]] for key, p in PLACES.items()}
    alive = {p for p, members in placed.items() if set(members) - dead}
    survivors = [key for key, p in PLACES.items() if p in alive]
    rows: list[tuple[int | str, Type, str, object]] = [
        ("nemesis", "info", "owners", {"keys": owners}),
        ("nemesis", "info", "kill", {"nodes": sorted(dead), "phase": "begin"}),
        ("nemesis", "info", "partition-losses", {"backups": told(placed, dead)}),
        (2, "invoke", "read", None),
        (2, "ok", "read", survivors),
    ]
    return (*ADDS, *(Event(i, *row, i) for i, row in enumerate(rows, start=len(ADDS))))


#: An event but for its index and its time.
Row = tuple[int | str, Type, str, object]


def events_of(*rows: Row) -> tuple[Event, ...]:
    """These rows as a history."""
    return tuple(Event(index, *row, index) for index, row in enumerate(rows))


def put(*keys: object, ends: tuple[Type, Type] = _ENDS, process: int = 1) -> list[Row]:
    """One put after the other."""
    return [(process, end, "add", key) for key in keys for end in ends]


def read(*keys: str) -> list[Row]:
    return [(2, "invoke", "read", None), (2, "ok", "read", list(keys))]


def noted(f: str, value: object) -> Row:
    return (NEMESIS, "info", f, value)


def owned(**owners: str) -> Row:
    """Whose partition the one-letter keys are in: of "p1m1" that is partition 1, and m1 owns it."""
    return noted("owners", {"keys": {key: [int(place[1]), place[2:]] for key, place in owners.items()}})


def killed(*members: str) -> Row:
    return noted("kill", {"nodes": list(members), "phase": "begin"})


def told(placed: dict[int, list[str]], dead: set[str]) -> list[list[int]]:
    """By partition whose owner died, how many backups died before the first that lives."""
    alive = [
        (p, [place for place, member in enumerate(members) if member not in dead]) for p, members in placed.items()
    ]
    return [[p, (places[0] if places else len(placed[p])) - 1] for p, places in alive if not places or places[0] > 0]


def with_event(events: tuple[Event, ...], f: str, value: object) -> tuple[Event, ...]:
    return tuple(event._replace(value=value) if event.f == f else event for event in events)


def with_read(events: tuple[Event, ...], keys: list[str]) -> tuple[Event, ...]:
    return (*events[:-1], events[-1]._replace(value=keys))


@pytest.mark.parametrize(("copies", "killed"), list(itertools.product([1, 2, 3], [1, 2])))
@given(seed=st.integers(0, 2**32))
def test_what_the_copies_permit_is_valid(seed: int, copies: int, killed: int) -> None:
    share = expected_share(members=3, killed=killed, copies=copies)
    verdict = lost_partitions.check(history(seed, copies, killed), share=share, copies=copies)
    # By chance one placement in 16 000 is as far from the expected share as the checker takes for implausible.
    far = abs(verdict.figures["partitions_lost"] - share * PARTITIONS) > 4 * sqrt(PARTITIONS * share * (1 - share))
    assert [each.name for each in verdict.anomalies] == ["implausible share"] * far, verdict.sentences


def test_the_share_is_what_combinatorics_says() -> None:
    assert expected_share(members=3, killed=2, copies=2) == pytest.approx(1 / 3)
    assert expected_share(members=4, killed=2, copies=2) == pytest.approx(1 / 6)
    assert expected_share(members=3, killed=1, copies=2) == 0


@given(seed=st.integers(0, 2**32))
def test_one_key_too_few_is_found(seed: int) -> None:
    events = history(seed, copies=2, killed=2)
    read = events[-1].value
    part = lost_partitions.check(with_read(events, read[:-1]), share=1 / 3)
    assert {"part of a partition"} <= {anomaly.name for anomaly in part.anomalies}
    safe = history(seed, copies=3, killed=2)
    gone = lost_partitions.check(with_read(safe, safe[-1].value[:-1]), share=0)
    assert [anomaly.name for anomaly in gone.anomalies] == ["lost"]


@given(seed=st.integers(0, 2**32))
def test_another_share_is_implausible(seed: int) -> None:
    events = history(seed, copies=1, killed=2)
    names = {anomaly.name for anomaly in lost_partitions.check(events, share=1 / 3).anomalies}
    assert names == {"implausible share"}


@given(seed=st.integers(0, 2**32))
def test_no_loss_where_loss_was_certain_is_a_broken_test(seed: int) -> None:
    assert how_broken(lost_partitions.check(history(seed, copies=3, killed=2), share=1 / 3)) is Result.MISSED


@given(seed=st.integers(0, 2**32))
def test_a_loss_against_the_members_word_is_found(seed: int) -> None:
    events = history(seed, copies=2, killed=2)
    (said,) = (event.value["backups"] for event in events if event.f == "partition-losses")
    gone = [partition for partition, backups in said if backups]
    without_one = [[partition, 0 if partition == gone[0] else backups] for partition, backups in said]
    found = lost_partitions.check(
        with_event(events, "partition-losses", {"backups": without_one}), share=1 / 3, copies=2
    )
    assert [anomaly.name for anomaly in found.anomalies] == ["lost with a living copy"]
    spared = next(partition for partition, backups in said if not backups)
    with_another = [[partition, backups or partition == spared] for partition, backups in said]
    found = lost_partitions.check(
        with_event(events, "partition-losses", {"backups": with_another}), share=1 / 3, copies=2
    )
    assert [anomaly.name for anomaly in found.anomalies] == ["kept without a copy"]


@pytest.mark.parametrize(
    ("counts", "found"),
    # 433 and 567 were seen: 123 and 148 partitions, which Hazelcast calls balanced
    [
        ([500, 500], []),
        ([433, 567], []),
        ([620, 380], ["unevenly spread"]),
        ([1000], []),
        ([450, 275, 275], ["unevenly spread"]),
    ],
)
def test_a_member_that_owns_too_much_is_found(counts: list[int], found: list[str]) -> None:
    safe = history(seed=1, copies=3, killed=2)
    shares = {f"hazelcast-{number}": count for number, count in enumerate(counts)}
    events = (*safe, Event(len(safe), "nemesis", "info", "keys-per-member", shares, len(safe)))
    assert [anomaly.name for anomaly in lost_partitions.check(events, share=0).anomalies] == found


def test_all_that_is_wrong_is_told_with_figures() -> None:
    events = events_of(
        *put(*"abcdef"),
        owned(a="p0m1", b="p0m1", c="p1m1", d="p2m2", e="p3m2", f="p4m2"),
        killed("m1"),
        *read("b", "e", "f"),
        noted("partition-losses", {"backups": [[0, 1], [1, 0], [2, 1], [3, 1], [9, 1]]}),
        noted("keys-per-member", {"m1": 90, "m2": 10}),
    )
    verdict = lost_partitions.check(events, share=0.0123, copies=2)
    assert said(verdict) == [
        ("lost elsewhere", "1 lost keys were owned by members that were not lost", []),
        ("part of a partition", "1 partitions were lost in part", []),
        (
            "implausible share",
            "3 of 5 partitions were lost, 0 were expected (more than 4 standard deviations of 0.2 away)",
            [],
        ),
        ("lost with a living copy", "1 partitions were lost, although no member says that their last copy died", []),
        ("kept without a copy", "1 partitions were not lost, although a member says that their last copy died", []),
        (
            "unevenly spread",
            "m1 owns 90, m2 owns 10 of 100 keys, 26 to 75 were expected of each of 2 members",
            [],
        ),
    ]
    assert verdict.figures == {
        "acknowledged": 6,
        "lost": 3,
        "partitions": 5,
        "partitions_lost": 3,
        "share_lost": 0.6,
        "share_expected": 0.012,
    }


def test_what_had_to_be_kept_is_told_key_by_key() -> None:
    events = events_of(*put(*"bac"), owned(a="p0m1", b="p1m1", c="p2m1"), killed("m1"), *read("c"))
    verdict = lost_partitions.check(events, share=0)
    assert said(verdict) == [("lost", "2 of 3 keys are gone, although a copy of each survived", [2, 0])]
    assert (verdict.figures["share_lost"], verdict.figures["share_expected"]) == (0.667, 0)
    assert said(lost_partitions.check(events, share=1 / 2)) == []


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([*put("a"), owned(a="p0m1")], "the map was never read"),
        ([owned(a="p0m1"), *read("a")], "no key was acknowledged before the last read of its map"),
        ([*put(*"abc"), owned(c="p0m1"), *read()], "nobody noted where 2 of 3 keys were: a, b"),
    ],
)
def test_what_nobody_knows_is_said(rows: list[Row], reason: str) -> None:
    assert said(lost_partitions.check(events_of(*rows), share=1 / 3)) == unknown(reason)


def test_a_certain_loss_that_does_not_show_is_not_as_expected() -> None:
    events = events_of(*put(*"abc"), owned(a="p0m1", b="p1m1", c="p2m1"), killed("m1"), *read(*"abc"))
    verdict = lost_partitions.check(events, share=1 / 3)
    nothing = "nothing was lost of 3 keys, although about 33% of the partitions had to be"
    assert said(verdict) == [("not as expected", nothing, [8])]
    assert how_broken(verdict) is Result.MISSED


def test_judged_is_the_last_read_that_succeeded_and_what_was_acknowledged_to_its_map_before() -> None:
    events = events_of(
        (5, "invoke", "add", "late"),
        *put("a", "b"),
        *put("refused", ends=("invoke", "fail")),
        *put("unsure", ends=("invoke", "info"), process=3),
        *put({"set": "other", "element": "z"}),
        owned(a="p0m1", b="p1m1"),
        (6, "invoke", "noop", "c"),
        (6, "ok", "noop", "c"),
        *read(),
        (2, "invoke", "read", None),
        (5, "ok", "add", "late"),
        (2, "ok", "read", ["a"]),
        (2, "invoke", "read", None),
        (2, "fail", "read", None),
        *put("c"),
    )
    verdict = lost_partitions.check(events, share=0)
    assert said(verdict) == [("lost", "1 of 2 keys are gone, although a copy of each survived", [3])]


def test_of_what_was_noted_counts_what_was_last_and_of_owners_and_faults_what_was_before_the_read() -> None:
    events = events_of(
        *put(*"abc"),
        owned(a="p1m2", b="p1m1", c="p2m2"),
        owned(a="p0m1"),
        killed("m1"),
        *read("b", "c"),
        owned(a="p1m3"),
        killed("m3"),
        noted("partition-losses", {"backups": [[0, 2]]}),
        noted("partition-losses", {"backups": []}),
        noted("partition-losses", {"backups": [[0, 1]]}),
    )
    assert said(lost_partitions.check(events, share=1 / 3, copies=2)) == []
    spared = said(lost_partitions.check(events, share=1 / 3, copies=3))
    assert [name for name, *_ in spared] == ["lost with a living copy"]
    late = (*events[:8], *(event._replace(index=event.index - 1) for event in events[9:]))
    assert [name for name, *_ in said(lost_partitions.check(late, share=1 / 3))] == ["lost elsewhere"]


def test_without_a_word_of_the_members_every_loss_is_one_with_a_living_copy() -> None:
    events = events_of(*put("a"), owned(a="p0m1"), killed("m1"), *read())
    assert lost_partitions.check(events, share=1).validity is Validity.VALID
    assert lost_partitions.check(events, share=1).figures["share_lost"] == 1
    names = [name for name, *_ in said(lost_partitions.check(events, share=1, copies=1))]
    assert names == ["lost with a living copy"]


@pytest.mark.parametrize(("lost", "share", "found"), [(2, 0.5, []), (1, 0.01, []), (2, 0.01, ["implausible share"])])
def test_a_share_is_plausible_within_four_deviations_or_one_partition(
    lost: int, share: float, found: list[str]
) -> None:
    names = "abcdefghijkl" if share > 0.1 else "abcd"
    places = {name: [number, "m1"] for number, name in enumerate(names)}
    events = events_of(*put(*names), noted("owners", {"keys": places}), killed("m1"), *read(*names[lost:]))
    assert [name for name, *_ in said(lost_partitions.check(events, share=share))] == found


@pytest.mark.parametrize("shares", [{}, {"m1": 0}, {"m1": 7}])
def test_one_member_owns_what_there_is(shares: dict[str, int]) -> None:
    events = events_of(*put("a"), owned(a="p0m1"), *read("a"), noted("keys-per-member", shares))
    assert said(lost_partitions.check(events, share=0)) == []


@pytest.mark.parametrize(
    ("takes", "found"),
    [(["peers"], []), (["process"], []), (["clients"], ["lost elsewhere"]), ([], ["lost elsewhere"])],
)
def test_only_a_member_that_the_others_lost_may_take_keys_along(takes: list[str], found: list[str]) -> None:
    events = history(seed=1, copies=1, killed=1)
    (kill,) = [event for event in events if event.f == "kill"]
    told = with_event(events, "kill", {**kill.value, "takes": takes})
    assert [anomaly.name for anomaly in lost_partitions.check(told, share=1 / 3).anomalies] == found
