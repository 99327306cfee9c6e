"""Lost partitions: what the placement of the copies permits passes; anything else is found."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.events import Event, Type
from harness.servers.hazelcast.checkers import lost_partitions
from harness.servers.hazelcast.shares import expected_share

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
    assert verdict.validity is Validity.VALID, verdict.sentences


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
def test_no_loss_where_loss_was_certain_says_nothing(seed: int) -> None:
    assert lost_partitions.check(history(seed, copies=3, killed=2), share=1 / 3).validity is Validity.UNKNOWN


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
