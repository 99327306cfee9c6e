"""Order: every messages instance has the messages of one Kafka partition in the order of their offsets.

Across partitions there is no order. From the posts (partition and offset of each acknowledgement) and the last
successful `drain`. A message counts whose place is known: all its posts that were not surely refused were acknowledged,
and with one and the same partition and offset (None, or an offset below 0, is none). One that may have several records,
as it was posted again, may have been read at any of them. Linear in the history. Guarantee: the Kafka documentation,
"Main Concepts": events of a partition are read in the order in which they were written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, few, unknown
from harness.events import Event, Operation, answered, operations
from harness.messages.checkers.posts import SHAPES, Posts, last
from harness.messages.checkers.reads import ids


@checker
@judging(SHAPES)
def check(events: Sequence[Event]) -> Verdict:
    """Judges the messages that each instance holds. Unknown without a drain; a queue without partitions passes."""
    history = operations(events)
    drain = last(history, "drain")
    if drain is None:
        return unknown("the messages instances were never drained, so nobody knows in which order they read")
    posts = Posts(history)
    places = _places(history)
    found: list[Anomaly] = []
    for instance, held in drain.value.items():
        newest: dict[int, tuple[int, str]] = {}
        for id_ in ids(held):
            if id_ not in places:
                continue
            partition, offset = places[id_]
            before = newest.get(partition)
            if before and offset < before[0]:
                sentence = (
                    f"{instance} read {few([id_])} (offset {offset} of partition {partition}) after "
                    f"{few([before[1]])} (offset {before[0]})"
                )
                found.append(Anomaly("out of order", sentence, (*posts.of([id_, before[1]]), drain)))
            newest[partition] = offset, id_
    read = {instance: _by_partition(ids(held), places) for instance, held in drain.value.items()}
    return Verdict.of(found, {"read": read, "overtaken": _overtaken(posts, drain)})


def _by_partition(held: Sequence[str], places: Mapping[str, Place]) -> Mapping[str, int]:
    """The number of messages that were read of each partition."""
    return dict(sorted(Counter(f"p{places[id_][0]}" for id_ in held if id_ in places).items()))


def _overtaken(posts: Posts, drain: Operation) -> Mapping[str, int]:
    """The number of messages, by instance, that it first read after one whose first post began later.

    Later: when theirs was acknowledged already. No anomaly: messages of different partitions may overtake each other,
    those of one never do.
    """
    counts: dict[str, int] = {}
    for instance, held in drain.value.items():
        counts[instance], newest = 0, -1
        for id_ in dict.fromkeys(ids(held)):
            post = posts.acknowledged.get(id_)
            counts[instance] += post is not None and answered(post) < newest
            newest = max(newest, posts.begun.get(id_, -1))
    return counts


Place = tuple[int, int]


def _places(history: Sequence[Operation]) -> Mapping[str, Place]:
    """The partition and the offset of each message that surely has one record."""
    told: dict[str, Place | None] = {}
    for post in history:
        if post.f == "post" and post.outcome != "fail":
            id_, place = post.invoke.value["id"], _told(post)
            told[id_] = place if told.get(id_, place) == place else None
    return {id_: place for id_, place in told.items() if place}


def _told(post: Operation) -> Place | None:
    if post.outcome != "ok":
        return None
    partition, offset = post.value.get("partition"), post.value.get("offset")
    # A producer that waits for no acknowledgement (acks=0) is told -1.
    return None if partition is None or offset is None or offset < 0 else (partition, offset)
