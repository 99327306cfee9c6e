"""Order: every messages instance has the messages of one Kafka partition in the order of their offsets.

Across partitions there is no order. From the posts (partition and offset of each acknowledgement) and the last `drain`.
Linear in the history. Guarantee: the Kafka documentation, "Main Concepts": events of a partition are read in the order
in which they were written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.checkers.posts import Posts, last
from harness.checkers.verdict import Anomaly, Verdict, judged, unknown
from harness.events import Event, Operation, operations


def check(events: Sequence[Event]) -> Verdict:
    """Judges what each instance holds. Unknown without a drain; a queue without partitions has nothing to judge."""
    history = operations(events)
    drain = last(history, "drain")
    if drain is None:
        return unknown("the messages instances were never drained, so nobody knows in which order they read")
    posts = Posts(history)
    places = _places(history)
    found: list[Anomaly] = []
    for instance, ids in drain.value.items():
        newest: dict[int, tuple[int, str]] = {}
        for id_ in ids:
            if id_ not in places:
                continue
            partition, offset = places[id_]
            before = newest.get(partition)
            if before and offset < before[0]:
                sentence = (
                    f"{instance} read {posts.named([id_])} (offset {offset} of partition {partition}) after "
                    f"{posts.named([before[1]])} (offset {before[0]})"
                )
                found.append(Anomaly("out of order", sentence, (*posts.of([id_, before[1]]), drain)))
            newest[partition] = offset, id_
    return judged(found, {"overtaken": overtaken(history)})


def overtaken(history: Sequence[Operation]) -> Mapping[str, int]:
    """By instance, how many messages it read after one whose post began when theirs was acknowledged already.

    No anomaly: messages of different partitions may overtake each other, those of one never do. From the last drain.
    """
    posts = {o.value["id"]: o for o in reversed(history) if o.f == "post" and o.outcome == "ok"}
    drain = last(history, "drain")
    counts: dict[str, int] = {}
    for instance, ids in (drain.value if drain else {}).items():
        counts[instance], newest = 0, -1
        for post in (posts[id_] for id_ in ids if id_ in posts):
            counts[instance] += post.ended < newest
            newest = max(newest, post.began)
    return counts


def _places(history: Sequence[Operation]) -> Mapping[str, tuple[int, int]]:
    """Partition and offset of each acknowledged id; the first of several, where an id was posted again."""
    places: dict[str, tuple[int, int]] = {}
    for operation in history:
        if operation.f == "post" and operation.outcome == "ok" and operation.value.get("partition") is not None:
            place = operation.value["partition"], operation.value["offset"]
            places[operation.value["id"]] = min(place, places.get(operation.value["id"], place))
    return places
