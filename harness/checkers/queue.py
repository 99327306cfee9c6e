"""Total queue: every acknowledged message comes out, nothing comes out that was not put in.

Guarantee and names after Jepsen (checker.clj, `total-queue`), over multisets: attempted A, acknowledged E, received D.
Linear in the size of the history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from harness.checkers.posts import Posts, last
from harness.checkers.verdict import Anomaly, Verdict, judged, unknown
from harness.events import Event, operations


def check(events: Sequence[Event], *, exactly_once: bool) -> Verdict:
    """Judges the posts against the last `drain`, which says what each messages instance holds.

    lost = E - D and unexpected = D - A are violations. recovered (received although not acknowledged) is not.
    duplicated (by one instance twice, or by two) is one only where `exactly_once` is promised.
    Unknown without a drain.
    """
    history = operations(events)
    posts = Posts(history)
    drain = last(history, "drain")
    if drain is None:
        return unknown("the messages instances were never drained, so nobody knows what they received")
    received = Counter(chain.from_iterable(drain.value.values()))
    by_id = posts.by_id
    acknowledged = sum(post.outcome == "ok" for post in by_id.values())
    lost = [id_ for id_ in by_id.keys() - received.keys() if by_id[id_].outcome == "ok"]
    unexpected = [id_ for id_, post in by_id.items() if post.outcome == "fail" and id_ in received]
    unexpected += received.keys() - by_id.keys()
    duplicated = [id_ for id_, times in received.items() if times > 1]
    found: list[Anomaly] = []
    if lost:
        sentence = (
            f"{len(lost)} of {acknowledged} acknowledged messages never reached a messages instance: "
            f"{posts.named(lost)}{posts.partitions(lost)}"
        )
        found.append(Anomaly("lost", sentence, (*posts.of(lost), drain)))
    if unexpected:
        sentence = f"{len(unexpected)} messages were received that nobody posted: {posts.named(unexpected)}"
        found.append(Anomaly("unexpected", sentence, (*posts.of(unexpected), drain)))
    if duplicated and exactly_once:
        sentence = f"{len(duplicated)} messages were received more than once: {posts.named(duplicated)}"
        found.append(Anomaly("duplicated", sentence, (*posts.of(duplicated), drain)))
    return judged(
        found,
        {
            "posted": len(by_id),
            "acknowledged": acknowledged,
            "received": {instance: len(ids) for instance, ids in drain.value.items()},
            "lost": len(lost),
            "duplicated": len(duplicated),
            "recovered": len(received) - len(unexpected) - (acknowledged - len(lost)),
        },
    )
