"""Order: each partition's messages in the order of their offsets, across them none; a queue's as they were posted."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.events import NEMESIS, Event, Type
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


def test_what_is_out_of_order_is_told_once_with_the_posts_and_the_answer() -> None:
    verdict = partition_order.check(history([0, 0, 1, 0], [3, 1, 0, 2, 3]))
    assert said(verdict) == [
        (
            "out of order",
            "messages-1, read directly, showed 2 of 5 messages too late, the first of them: id-1 (offset 1 of "
            "partition 0) after id-3 (offset 2 of partition 0)",
            [0, 2, 6, 8],
        )
    ]
    assert verdict.figures == {"read": {"messages-1": {"p0": 4, "p1": 1}}, "overtaken": {"messages-1": 3}}
    without = history([0], [0])[:2]
    assert said(partition_order.check(without)) == unknown(
        "no messages instance answered, so nobody knows in which order they read"
    )


def get(*ids: str, by: str | None = "m-1") -> tuple[str, None, Type, Any]:
    """A GET of the facade, with what a messages instance shows."""
    logging = {"from": "logging-1", "ids": sorted(ids)}
    return "get", None, "ok", {"logging": logging, "messages": {"from": by, "ids": list(ids)}}


def post(id_: str, partition: int | None = None, offset: int | None = None) -> tuple[str, Any, Type, Any]:
    value = {"id": id_, "msg": id_}
    return "post", value, "ok", {**value, "partition": partition, "offset": offset}


def test_every_get_is_judged_and_what_many_show_is_told_once() -> None:
    records = [post(id_, 0, offset) for offset, id_ in enumerate("abc")]
    verdict = partition_order.check(one_after_another(*records, get("a", "b"), get("c", "a"), get("c", "b", "a")))
    words = "a GET answered by m-1 showed 1 of 2 messages too late: a (offset 0 of partition 0) after c (offset 2 of "
    assert said(verdict) == [
        ("out of order", f"{words}partition 0); the first of 2 of 3 answers like it, over 3.0 s", [0, 2, 4, 8, 10])
    ]
    assert verdict.figures == {}


def test_a_queue_without_partitions_is_in_order_by_its_posts() -> None:
    ten = [f"id-{number}" for number in range(10)]
    posts = [post(id_) for id_ in ten]
    shared = (get(*ten[::2]), get(*ten[1::2], by="m-2"), ("drain", None, "ok", {"m-1": ten[::2], "m-2": ten[1::2]}))
    assert partition_order.check(one_after_another(*posts, *shared)).validity is Validity.VALID
    verdict = partition_order.check(one_after_another(*posts, get(*ten[::-1])))
    words = "a GET answered by m-1 showed 9 of 10 messages too late, the first of them: id-8 after id-9, whose post "
    assert said(verdict) == [
        ("out of order", f"{words}began when id-8 had been acknowledged", [*range(0, 20, 2), 20]),
    ]


def test_of_two_that_were_told_the_same_offset_nobody_knows_which_is_first() -> None:
    posts = [post("a", 0, 1), post("b", 0, 1), post("c", 0, 0)]
    assert partition_order.check(one_after_another(*posts, get("a", "b"), get("b", "a"))).validity is Validity.VALID
    late = partition_order.check(one_after_another(*posts, get("a", "b", "c")))
    assert late.sentences.endswith("c (offset 0 of partition 0) after a (offset 1 of partition 0)")


def test_whoever_asks_is_told_each_message_that_an_answer_shows_too_late_and_after_which() -> None:
    answers = (get("b", "a", "c"), get("b", "a", by=None), ("drain", None, "ok", {"m-2": ["c", "b", "a"]}))
    for posts in ([post(id_, 0, offset) for offset, id_ in enumerate("abc")], [post(id_) for id_ in "abc"]):
        events = one_after_another(*posts, *answers)

        def told(events: tuple[Event, ...], **among: Any) -> list[tuple[str | None, str, str]]:
            found = partition_order.overtakings(events, **among)
            return [(each.read.instance, each.late, each.first) for each in found]

        assert told(events) == [("m-1", "a", "b"), ("m-2", "b", "c"), ("m-2", "a", "c")]
        assert told(events, among={"a", "b"}) == [("m-1", "a", "b"), ("m-2", "a", "b")]
        assert told(events, among=set()) == []
    by_offset = one_after_another(post("a", 0, 1), post("b", 0, 0), get("a", "b"), get("b", "a"))
    assert [(each.late, each.first) for each in partition_order.overtakings(by_offset)] == [("b", "a")]


def test_a_message_with_two_records_may_have_been_read_at_either() -> None:
    twice = one_after_another(post("a", 0, 5), post("b", 0, 7), post("a", 0, 9), get("a", "b"), get("b", "a", by="m-2"))
    assert partition_order.check(twice).validity is Validity.VALID


def test_a_topic_whose_partitions_nobody_tells_is_no_queue() -> None:
    declared = {"declared": {"kafka.topic.min.insync.replicas": "2"}, "effective": {}, "unread": {}}
    events = one_after_another(post("a"), post("b"), get("b", "a"))
    settings = Event(len(events), NEMESIS, "info", "settings", declared, events[-1].time)
    assert partition_order.check([*events, settings]).validity is Validity.VALID
    assert partition_order.check(events).validity is Validity.INVALID


def test_posts_that_overlap_come_to_a_queue_in_any_order() -> None:
    events = list(one_after_another(post("a"), post("b"), get("b", "a")))
    overlapping = [events[0], events[2], events[1], events[3], *events[4:]]
    again = [event._replace(index=index, time=index) for index, event in enumerate(overlapping)]
    assert partition_order.check(events).validity is Validity.INVALID
    assert partition_order.check(again).validity is Validity.VALID


@pytest.mark.parametrize(
    ("more", "validity"),
    [
        (("post", {"id": "a", "msg": "a"}, "info", None), Validity.VALID),
        (post("a"), Validity.VALID),
        (("post", {"id": "a", "msg": "a"}, "fail", None), Validity.INVALID),
    ],
)
def test_a_message_that_may_be_in_the_queue_once_more_may_come_late(more: Any, validity: Validity) -> None:
    events = one_after_another(post("a"), post("b"), more, get("b", "a"))
    assert partition_order.check(events).validity is validity


def test_a_message_whose_place_is_not_known_says_nothing_of_the_others() -> None:
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
    words = "m, read directly, showed 1 of 5 messages too late: 0 (offset 0 of partition 0) after 1 (offset 1 of "
    assert said(verdict) == [("out of order", f"{words}partition 0)", [6, 8, 10])]
    assert verdict.figures["read"] == {"m": {"p0": 2}}
