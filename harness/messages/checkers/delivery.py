"""Total queue: every acknowledged message comes out, nothing comes out that was not put in.

Guarantee and names after Jepsen (checker.clj, `total-queue`), over multisets: attempted A, acknowledged E, received D.
Linear in the size of the history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, few, unknown
from harness.events import NEVER, Event, answered, operations
from harness.messages.checkers.posts import SHAPES, Posts, last
from harness.messages.checkers.reads import ids


@checker
@judging(SHAPES)
def check(events: Sequence[Event], *, exactly_once: bool, at_risk: list[int] | None = None) -> Verdict:
    """Judges the posts by the last successful `drain`, which says what each messages instance holds.

    lost = acknowledged before the drain began - D, and unexpected = D - A, are violations. A are the ids with a post
    that began before the drain ended and was not surely refused. Where settings permit a loss in the partitions
    `at_risk` alone, one in another partition is lost elsewhere; what has none is lost. So is wrongly denied a
    violation: received, and the answer to each such post says that the queue surely has not got the message.
    recovered (received although not acknowledged) is none. duplicated (by one instance twice, or by two) is one only
    where `exactly_once` is promised. An id that is posted again is one message all the same.

    Unknown without a drain, or if a message that was acknowledged only after the drain had begun is not in it.
    """
    history = operations(events)
    posts = Posts(history)
    drain = last(history, "drain")
    if drain is None:
        return unknown("the messages instances were never drained, so nobody knows what they received")
    received = Counter(chain.from_iterable(map(ids, drain.value.values())))
    acknowledged = posts.acknowledged
    missing = [id_ for id_ in acknowledged if id_ not in received]
    lost = [id_ for id_ in missing if answered(acknowledged[id_]) < drain.invoke.index]
    begun, ended = posts.begun, answered(drain)
    unexpected = [id_ for id_ in received if begun.get(id_, NEVER) > ended]
    denied = posts.wrongly_denied(received, ended)
    duplicated = [id_ for id_, times in received.items() if times > 1]
    anomalies: list[Anomaly] = []
    safe = {id_ for id_ in lost if at_risk is not None and posts.partition(id_) not in {None, *at_risk}}
    for name, those, why in (
        ("lost", [id_ for id_ in lost if id_ not in safe], ""),
        ("lost elsewhere", [id_ for id_ in lost if id_ in safe], ", which nothing permits where they were"),
    ):
        if those:
            sentence = (
                f"{len(those)} of {len(acknowledged)} acknowledged messages never reached a messages instance{why}: "
                f"{few(those)}{posts.partitions(those)}"
            )
            anomalies.append(Anomaly(name, sentence, (*posts.of(those), drain)))
    if unexpected:
        sentence = f"{len(unexpected)} messages were received that nobody had posted: {few(unexpected)}"
        anomalies.append(Anomaly("unexpected", sentence, (*posts.of(unexpected), drain)))
    if denied:
        sentence = (
            f"{len(denied)} messages were received of which the facade had said that the queue surely has not got "
            f"them: {few(denied)}"
        )
        anomalies.append(Anomaly("wrongly denied", sentence, (*posts.of(denied), drain)))
    if duplicated and exactly_once:
        sentence = f"{len(duplicated)} messages were received more than once: {few(duplicated)}"
        anomalies.append(Anomaly("duplicated", sentence, (*posts.of(duplicated), drain)))
    figures = {
        "posted": len(posts.by_id),
        "acknowledged": len(acknowledged),
        "received": {instance: len(held) for instance, held in drain.value.items()},
        "lost": len(lost),
        "duplicated": len(duplicated),
        "recovered": len(received.keys() - acknowledged.keys() - {*unexpected, *denied}),
    }
    if len(missing) > len(lost) and not anomalies:
        late = f"{len(missing)} messages were acknowledged only after the last drain had begun: {few(missing)}"
        return unknown(f"{late}; nobody has looked for them since", figures)
    return Verdict.of(anomalies, figures)
