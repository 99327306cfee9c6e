"""Kept: in the end logging shows every acknowledged message, in a system where nobody else has them.

Linear in the size of the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, few, unknown
from harness.events import Event, Operation, answered, operations
from harness.messages.checkers.posts import SHAPES, Posts, last
from harness.messages.checkers.reads import ids


@checker
@judging(SHAPES)
def check(events: Sequence[Event]) -> Verdict:
    """Judges the posts by the last look at logging: the last successful `stored`, or else the last GET that shows it.

    lost = acknowledged before that look began, and no instance shows it there.

    Unknown without such a look, or if a message that was acknowledged only after it had begun is not in it.
    """
    history = operations(events)
    posts = Posts(history)
    look = last(history, "stored") or _last_get(history)
    if look is None:
        return unknown("nobody looked at what logging has, so nobody knows what is left")
    shown = _shown(look)
    acknowledged = posts.acknowledged
    missing = [id_ for id_ in acknowledged if id_ not in shown]
    lost = [id_ for id_ in missing if answered(acknowledged[id_]) < look.invoke.index]
    figures = {"posted": len(posts.by_id), "acknowledged": len(acknowledged), "lost": len(lost)}
    if lost:
        sentence = f"{len(lost)} of {len(acknowledged)} acknowledged messages were in logging no more: {few(lost)}"
        return Verdict.of([Anomaly("lost", sentence, (*posts.of(lost), look))], figures)
    if missing:
        late = f"{len(missing)} messages were acknowledged only after the last look at logging: {few(missing)}"
        return unknown(f"{late}; nobody has looked for them since", figures)
    return Verdict.of([], figures)


def _last_get(history: Sequence[Operation]) -> Operation | None:
    return next((o for o in reversed(history) if o.f == "get" and o.outcome == "ok" and "logging" in o.value), None)


def _shown(look: Operation) -> set[str]:
    entries = look.value.values() if look.f == "stored" else [look.value["logging"]["ids"]]
    return set(chain.from_iterable(map(ids, entries)))
