"""Order: each partition's messages in the order of their offsets; across partitions there is none."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.events import Event, Type
from harness.messages.checkers import partition_order
from tests.checkers.said import one_after_another, said, unknown

POSTS = st.lists(st.integers(0, 2), min_size=1, max_size=20)


def history(partitions: list[int], read: list[int]) -> tuple[Event, ...]:
    """A post for each of `partitions`, and one instance that read the messages of these numbers."""
    events: list[Event] = []
    for number, partition in enumerate(partitions):
        offset = partitions[:number].count(partition)
        value = {"id": f"id-{number}", "msg": f"m-{number:06d}", "partition": partition, "offset": offset}
        events.append(Event(len(events), number, "invoke", "post", value, len(events)))
        events.append(Event(len(events), number, "ok", "post", value, len(events)))
    events.append(Event(len(events), 99, "invoke", "drain", None, len(events)))
    events.append(Event(len(events), 99, "ok", "drain", {"messages-1": [f"id-{n}" for n in read]}, len(events)))
    return tuple(events)


@given(POSTS)
def test_partition_by_partition_is_in_order(partitions: list[int]) -> None:
    read = sorted(range(len(partitions)), key=lambda number: (partitions[number], number))
    assert partition_order.check(history(partitions, read)).validity is Validity.VALID


@given(POSTS, st.data())
def test_a_swap_within_a_partition_is_found(partitions: list[int], data: st.DataObject) -> None:
    twice = [p for p in set(partitions) if partitions.count(p) > 1]
    assume(twice)
    partition = data.draw(st.sampled_from(sorted(twice)))
    read = list(range(len(partitions)))
    one, two = [n for n in read if partitions[n] == partition][:2]
    read[one], read[two] = read[two], read[one]
    found = partition_order.check(history(partitions, read)).anomalies
    assert {anomaly.name for anomaly in found} == {"out of order"}
    assert f"after id-{two}" in found[0].sentence


@pytest.mark.parametrize(("read", "overtaken"), [([0, 1, 2], 0), ([1, 0, 2], 1), ([2, 1, 0], 2), ([1], 0)])
def test_messages_of_another_partition_may_be_overtaken(read: list[int], overtaken: int) -> None:
    verdict = partition_order.check(history([0, 1, 2], read))
    assert verdict.validity is Validity.VALID
    assert verdict.figures["overtaken"] == {"messages-1": overtaken}


def test_what_is_out_of_order_is_told_with_both_posts_and_the_drain() -> None:
    verdict = partition_order.check(history([0, 0, 1, 0], [1, 0, 2, 3, 1]))
    assert said(verdict) == [
        ("out of order", "messages-1 read id-0 (offset 0 of partition 0) after id-1 (offset 1)", [0, 2, 8]),
        ("out of order", "messages-1 read id-1 (offset 1 of partition 0) after id-3 (offset 2)", [2, 6, 8]),
    ]
    assert verdict.figures == {"read": {"messages-1": {"p0": 4, "p1": 1}}, "overtaken": {"messages-1": 1}}
    without = history([0], [0])[:2]
    assert said(partition_order.check(without)) == unknown(
        "the messages instances were never drained, so nobody knows in which order they read"
    )


def test_a_message_whose_place_is_not_known_says_nothing_of_the_others() -> None:
    def post(id_: str, partition: int | None, offset: int | None) -> tuple[str, Any, Type, Any]:
        value = {"id": id_, "msg": id_}
        return "post", value, "ok", {**value, "partition": partition, "offset": offset}

    read = ["acks=0", "no partition", "no offset", "1", "0"]
    verdict = partition_order.check(
        one_after_another(
            post("no partition", None, 5),
            post("no offset", 0, None),
            post("acks=0", 0, -1),
            post("0", 0, 0),
            post("1", 0, 1),
            ("drain", None, "ok", {"m": read}),
        )
    )
    assert said(verdict) == [("out of order", "m read 0 (offset 0 of partition 0) after 1 (offset 1)", [6, 8, 10])]
    assert verdict.figures["read"] == {"m": {"p0": 2}}
