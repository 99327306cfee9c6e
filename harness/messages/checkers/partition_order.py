"""Order: what a messages instance shows, it shows in the order in which the queue had it.

Judged are all answers of messages instances, in GETs and when they were read directly: each is a list, and nothing is
said of two lists. There are two kinds of queue:

- One with partitions, a Kafka topic. The messages of a partition are in the order of their offsets; across partitions
  there is none. A message counts whose place is known: all its posts that were not surely refused were acknowledged,
  and with one and the same partition and offset (None, or an offset below 0, is none). One that may have several
  records, as it was posted again, may have been read at any of them. Guarantee: the Kafka documentation, "Main
  Concepts": events of a partition are read in the order in which they were written.
- One without, a Hazelcast queue: the system declares no settings of a topic, and no acknowledgement names a partition.
  A message is before another in the queue if all its posts that were not surely refused had been acknowledged when the
  first such post of the other began. Posts that overlap may come in any order, and so may a message of which one post's
  outcome is unknown, or that was posted again after the other: it may be in the queue once more. Guarantee: the
  Hazelcast reference manual, "Queue": "FIFO ordering applies to all queue operations across the cluster". Two instances
  share a queue, and each keeps what it has claimed before it looks for the next (services/queues/hazelcast.py): so each
  list is in order, and together they may be anything. A member that dies leaves its backup the order; what more of them
  cost, the settings tell (docs/guarantees.md).

Of a message that an answer shows more than once the first place counts. A consumer that reads again goes back to what
it has shown already, and what it reads for the first time is in order; that a message comes twice, others judge.

Linear in the number of events and the sizes of the answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from harness.checkers import effective_settings
from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, together, unknown
from harness.events import NEVER, Event, Operation, answered, operations
from harness.guarantees import settings_of
from harness.messages.checkers.posts import SHAPES, Posts, last
from harness.messages.checkers.reads import Read, ids, reads


@checker
@judging(replace(SHAPES, events=effective_settings.SHAPES.events))
def check(events: Sequence[Event]) -> Verdict:
    """Judges every answer of a messages instance. Unknown if none answered.

    out of order: an answer shows a message after one that was behind it in the queue.
    """
    history = operations(events)
    seen = [read for read in reads(history) if read.role == "messages" and read.instance]
    if not seen:
        return unknown("no messages instance answered, so nobody knows in which order they read")
    posts, records, moments = Posts(history), _records(history), _moments(history)
    places = records if _has_partitions(events, history) else moments
    anomalies = [anomaly for read in seen for anomaly in _out_of_order(read, places, posts)]
    figures: dict[str, object] = {}
    if drain := last(history, "drain"):
        held = {instance: ids(entries) for instance, entries in drain.value.items()}
        figures = {
            "read": {instance: _by_partition(read, records) for instance, read in held.items()},
            "overtaken": {instance: len(_late(dict.fromkeys(read), moments)) for instance, read in held.items()},
        }
    return Verdict.of([together(anomalies, of=f"{len(seen)} answers")] if anomalies else [], figures)


class Overtaking(NamedTuple):
    """An answer that shows a message, `late`, after one that was behind it in the queue, `first`."""

    read: Read
    late: str
    first: str


def overtakings(events: Sequence[Event], *, among: Collection[str] | None = None) -> Iterator[Overtaking]:
    """Each message that an answer of a messages instance shows too late, in the order of the answers.

    Args:
        events: of a history.
        among: the ids to look at, as if there were no others; all if it is None.
    """
    history = operations(events)
    places = _records(history) if _has_partitions(events, history) else _moments(history)
    for read in reads(history):
        if read.role == "messages" and read.instance:
            shown = (id_ for id_ in read.ids if among is None or id_ in among)
            for late in _late(dict.fromkeys(shown), places):
                yield Overtaking(read, late.id, late.after)


class _Place(NamedTuple):
    """Where a message is in the queue: somewhere from `first` to `last` of a part of it that has an order."""

    part: int | None
    first: int
    last: int


class _Late(NamedTuple):
    """A message, and one that was shown before it and was behind it in the queue."""

    id: str
    after: str


def _late(shown: Iterable[str], places: Mapping[str, _Place]) -> Sequence[_Late]:
    """The messages that an answer shows too late."""
    late: list[_Late] = []
    # By part of the queue, of the messages so far: the one that is surely behind most others, and from where on it is.
    furthest: dict[int | None, tuple[int, str]] = {}
    for id_ in shown:
        if place := places.get(id_):
            before, after = furthest.get(place.part, (-1, ""))
            if place.last < before:
                late.append(_Late(id_, after))
            if place.first > before:
                furthest[place.part] = place.first, id_
    return late


def _out_of_order(read: Read, places: Mapping[str, _Place], posts: Posts) -> Iterator[Anomaly]:
    if late := _late(dict.fromkeys(read.ids), places):
        first = late[0]
        which = f"{len(late)} of {len(read.ids)} messages too late" + ("" if len(late) == 1 else ", the first of them")
        why = f"{_at(first.id, places)} after {_at(first.after, places)}"
        if places[first.id].part is None:
            why = f"{first.id} after {first.after}, whose post began when {first.id} had been acknowledged"
        concerned = posts.of(dict.fromkeys(id_ for each in late for id_ in each))
        yield Anomaly("out of order", f"{read.words} showed {which}: {why}", (*concerned, read.operation))


def _at(id_: str, places: Mapping[str, _Place]) -> str:
    return f"{id_} (offset {places[id_].first} of partition {places[id_].part})"


def _by_partition(held: Sequence[str], records: Mapping[str, _Place]) -> Mapping[str, int]:
    """The number of messages that were read of each partition."""
    return dict(sorted(Counter(f"p{records[id_].part}" for id_ in held if id_ in records).items()))


def _has_partitions(events: Sequence[Event], history: Sequence[Operation]) -> bool:
    return any(name.startswith("kafka.topic.") for name in settings_of(events)) or any(
        post.outcome == "ok" and post.value.get("partition") is not None for post in _posts(history)
    )


def _records(history: Sequence[Operation]) -> Mapping[str, _Place]:
    """The partition and the offset of each message that surely has one record."""
    places: dict[str, _Place | None] = {}
    for post in _posts(history):
        id_, place = post.invoke.value["id"], _place(post)
        places[id_] = place if places.get(id_, place) == place else None
    return {id_: place for id_, place in places.items() if place}


def _place(post: Operation) -> _Place | None:
    if post.outcome != "ok":
        return None
    partition, offset = post.value.get("partition"), post.value.get("offset")
    # A producer that waits for no acknowledgement (acks=0) is told -1.
    return None if partition is None or offset is None or offset < 0 else _Place(partition, offset, offset)


def _moments(history: Sequence[Operation]) -> Mapping[str, _Place]:
    """From when to when each message may have come into the queue, in indices of events; to the end, if unknown."""
    places: dict[str, _Place] = {}
    for post in _posts(history):
        id_, over = post.invoke.value["id"], answered(post) if post.outcome == "ok" else NEVER
        known = places.get(id_, _Place(None, post.invoke.index, over))
        places[id_] = known._replace(last=max(known.last, over))
    return places


def _posts(history: Sequence[Operation]) -> Iterator[Operation]:
    """The posts that were not surely refused."""
    return (operation for operation in history if operation.f == "post" and operation.outcome != "fail")
