"""Total queue: the checker says of every small history what trying all worlds says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import product

import pytest

from harness.checkers import Validity, Verdict
from harness.events import Event, Operation, operations
from harness.messages.checkers import delivery
from tests.checkers.posted import during, moments, posted
from tests.checkers.small import compare


def defined(events: Sequence[Event], *, exactly_once: bool) -> Validity:
    """Valid if there is a world that explains the last drain, message by message, and all are in it that must be."""
    history = operations(events)
    drains = [o for o in history if o.f == "drain" and o.outcome == "ok"]
    if not drains:
        return Validity.UNKNOWN
    received = [id_ for ids in drains[-1].value.values() for id_ in ids]
    posts = [o for o in history if o.f == "post"]
    ids = {post.invoke.value["id"] for post in posts} | set(received)
    of = {id_: [post for post in posts if post.invoke.value["id"] == id_] for id_ in ids}
    if not all(explained(of[id_], drains[-1], id_ in received, len(events)) for id_ in ids):
        return Validity.INVALID
    if exactly_once and len(set(received)) < len(received):
        return Validity.INVALID
    acknowledged = {id_ for id_ in ids if any(post.outcome == "ok" for post in of[id_])}
    return Validity.UNKNOWN if acknowledged - set(received) else Validity.VALID


def explained(posts: Sequence[Operation], drain: Operation, received: bool, end: int) -> bool:
    """Whether a message with these posts may have been seen, or not been seen, by this drain."""
    return any(
        any(effect is not None and effect <= look for effect in effects) == received
        for look in during(drain)
        for effects in product(*(moments(post, end, on_the_queue=True) for post in posts))
    )


AT_RISK = {1}


def lost_by_place(events: Sequence[Event]) -> set[str]:
    """By what name the loss of each message goes that was acknowledged before the last drain, and is not in it.

    Its partition is that which the first acknowledgement named.
    """
    history = operations(events)
    drains = [o for o in history if o.f == "drain" and o.outcome == "ok"]
    if not drains:
        return set()
    received = {id_ for ids in drains[-1].value.values() for id_ in ids}
    places: dict[str, int | None] = {}
    for event in events[: drains[-1].invoke.index]:
        if (event.f, event.type) == ("post", "ok"):
            places.setdefault(event.value["id"], event.value["partition"])
    lost = {place for id_, place in places.items() if id_ not in received}
    return {"lost" if place is None or place in AT_RISK else "lost elsewhere" for place in lost}


def test_a_loss_is_told_by_whether_its_partition_is_at_risk() -> None:
    check = partial(delivery.check, exactly_once=False, at_risk=sorted(AT_RISK))

    def names(verdict: Verdict) -> set[str]:
        return {anomaly.name for anomaly in verdict.anomalies if anomaly.name.startswith("lost")}

    seen: Counter[str] = Counter()

    def defined_here(events: Sequence[Event]) -> set[str]:
        seen.update(found := lost_by_place(events))
        return found

    compare(posted, check, defined_here, seen=names, kinds=3)
    assert min(seen["lost"], seen["lost elsewhere"]) > 0, seen


@pytest.mark.parametrize("exactly_once", [True, False])
def test_the_checker_agrees_with_all_worlds(exactly_once: bool) -> None:
    check = partial(delivery.check, exactly_once=exactly_once)
    compare(posted, check, partial(defined, exactly_once=exactly_once), kinds=3)
