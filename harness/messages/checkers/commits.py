"""Commits: what a consumer has surely committed is not taken again, whatever is broken afterwards.

Judged are messages that were posted once and have a partition. A messages instance commits what it has stored before
it takes more. So if it has shown a message, and then another that was posted only after that answer, the first one's
commit came between the two; and if both answers were over before anything was broken, nothing kept it from getting
through. If two instances hold such a message at the end, it was not a lost commit that made it come twice. Not for
consumers that commit by the clock. Linear in the number of events and the sizes of the answers. Guarantee: the Kafka
documentation, "Message Delivery Semantics": a group goes on at the offset that it has committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import chain

from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, few, unknown
from harness.events import NEVER, Event, Operation, answered, faults, operations
from harness.messages.checkers.posts import SHAPES, Posts, last
from harness.messages.checkers.reads import Read, ids, reads


@checker
@judging(SHAPES)
def check(events: Sequence[Event]) -> Verdict:
    """Judges the last successful `drain` by the answers before the first fault. Unknown without a drain.

    taken again: a message that an instance had committed is there twice, or at two instances.
    """
    history = operations(events)
    drain = last(history, "drain")
    if drain is None:
        return unknown("the messages instances were never drained, so nobody knows what they took twice")
    broken = next((fault.index for fault in faults(events)), NEVER)
    posts = Posts(history)
    committed = _committed(
        [r for r in reads(history) if r.role == "messages" and answered(r.operation) < broken], posts
    )
    held = Counter(chain.from_iterable(map(ids, drain.value.values())))
    again = [id_ for id_ in _once(history) if id_ in committed and held[id_] > 1]
    anomalies = []
    if again:
        sentence = (
            f"{len(again)} messages were taken again, although they had been committed before anything was broken: "
            f"{few(again)}{posts.partitions(again)}"
        )
        anomalies.append(Anomaly("taken again", sentence, (*posts.of(again), drain)))
    return Verdict.of(anomalies, {"surely committed": len(committed)})


def _committed(seen: Sequence[Read], posts: Posts) -> Collection[str]:
    """The ids that an instance had surely committed by the last of these answers."""
    newest: dict[str, int] = {}
    for read in seen:
        begun = max((posts.begun.get(id_, -1) for id_ in read.ids), default=-1)
        newest[str(read.instance)] = max(begun, newest.get(str(read.instance), -1))
    return {id_ for read in seen if answered(read.operation) < newest[str(read.instance)] for id_ in read.ids}


def _once(history: Sequence[Operation]) -> Sequence[str]:
    """The ids that were posted once, by the place in a partition that their post was told: they have one record."""
    posted = Counter(operation.invoke.value["id"] for operation in history if operation.f == "post")
    placed = (o for o in history if o.f == "post" and o.outcome == "ok" and o.value.get("partition") is not None)
    return [o.invoke.value["id"] for o in placed if posted[o.invoke.value["id"]] == 1]
