"""Retention: what a messages instance has shown it goes on showing, for as long as it lives.

Judged are the answers of each messages instance, in GETs and when it was read directly. A later one has to hold what an
earlier one held if the instance gave both in one life: no fault that ends a process was done to it, or undone, between
the beginning of the earlier and the end of the later one. Not for instances that forget the partitions which they have
to give away. Linear in the number of events and the sizes of the answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, few, together, unknown
from harness.events import Event, answered, operations
from harness.messages.checkers.coming import Coming
from harness.messages.checkers.lives import Touched, ended, life
from harness.messages.checkers.posts import SHAPES, Posts
from harness.messages.checkers.reads import Read, reads
from harness.messages.checkers.returning import Returning


@checker
@judging(SHAPES)
def check(events: Sequence[Event]) -> Verdict:
    """Judges every answer of a messages instance by its earlier ones. Unknown if none answered.

    vanished: an answer lacks what its instance had shown before.
    """
    history = operations(events)
    seen = [read for read in reads(history) if read.role == "messages" and read.instance]
    if not seen:
        return unknown("no messages instance answered, so nobody knows what they keep")
    posts = Posts(history)
    anomalies: list[Anomaly] = []
    returning = Returning()
    for answers in _lives(seen, ended(events)).values():
        lacking = list(_vanished(answers, posts))
        returning.look(lacking, answers[-1])
        anomalies += lacking
    summary = [returning.added_to(together(anomalies, of=f"{len(seen)} answers"))] if anomalies else []
    return Verdict.of(summary, {"answers": len(seen)})


def _lives(seen: Sequence[Read], ends: Touched) -> Mapping[tuple[str, int], Sequence[Read]]:
    """The answers by instance and life, as they were asked for; without those during which one may have ended."""
    by_partition: defaultdict[tuple[str, int], list[Read]] = defaultdict(list)
    for read in seen:
        number = life(ends, read.instance, read.operation.invoke.index, answered(read.operation))
        if number is not None:
            by_partition[str(read.instance), number].append(read)
    return by_partition


def _vanished(answers: Sequence[Read], posts: Posts) -> Iterator[Anomaly]:
    """The answers of one life, in the order in which they were asked for, that lack what was shown before."""
    coming = Coming((answered(read.operation), read) for read in answers)
    known: dict[str, Read] = {}
    for read in answers:
        for shown in coming.over_before(read.operation.invoke.index):
            known.update((id_, shown) for id_ in shown.ids if id_ not in known)
        if gone := known.keys() - set(read.ids):
            before = {known[id_].operation.invoke.index: known[id_].operation for id_ in gone}
            sentence = f"{read.words} lacked {len(gone)} of {len(known)} messages that it had shown before: {few(gone)}"
            yield Anomaly("vanished", sentence, (*posts.of(gone), *before.values(), read.operation))
