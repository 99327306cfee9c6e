"""GET aggregation: the checker says of every small history what trying all worlds says, GET by GET."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from harness.checkers import Validity
from harness.events import NEMESIS, Event, Operation, operations
from harness.messages.checkers import aggregation
from tests.checkers.posted import during, moments, posted
from tests.checkers.small import compare, ended


def defined(events: Sequence[Event]) -> Validity:
    history = operations(events)
    gets = [o for o in history if o.f == "get" and o.outcome == "ok"]
    if not gets:
        return Validity.UNKNOWN
    drains = [o for o in history if o.f == "drain" and o.outcome == "ok"]
    posts: dict[str, list[Operation]] = {}
    for post in (o for o in history if o.f == "post"):
        posts.setdefault(post.invoke.value["id"], []).append(post)
    if any(unanswered(get, gets, events) or of_the_dead(get, events) for get in gets):
        return Validity.INVALID
    return Validity.VALID if all(right(get, drains, posts, events) for get in gets) else Validity.INVALID


def unanswered(get: Operation, gets: Sequence[Operation], events: Sequence[Event]) -> bool:
    """Whether it has nobody's answer, although somebody had answered another one, and nobody was touched since."""
    return get.value["messages"] == {"from": None, "ids": []} and any(
        ended(other) < get.invoke.index
        and other.value["messages"]["from"]
        and not touches(events[other.invoke.index : ended(get)], {other.value["messages"]["from"], "facade"})
        for other in gets
    )


def of_the_dead(get: Operation, events: Sequence[Event]) -> bool:
    """Whether it has the answer of somebody who was dead before it and all the while."""
    names = {get.value[part]["from"] for part in ("logging", "messages")}
    return any(
        touches([said], {name})
        and not said.f.startswith("undo-")
        and said.value["phase"] == "end"
        and "answers" in said.value["takes"]
        and not any(
            undo.f == f"undo-{said.f}" and touches([undo], {name}) and undo.value["phase"] == "begin"
            for undo in events[said.index : ended(get)]
        )
        for said in events[: get.invoke.index]
        for name in names - {None}
    )


def touches(events: Sequence[Event], nodes: set[str]) -> bool:
    """Whether one of these events is that of a fault of one of these nodes."""
    said = [e.value for e in events if e.process == NEMESIS and isinstance(e.value, dict) and "phase" in e.value]
    return any(nodes & set(value["nodes"]) for value in said)


def right(
    get: Operation, drains: Sequence[Operation], posts: Mapping[str, list[Operation]], events: Sequence[Event]
) -> bool:
    logged, shown = get.value["logging"]["ids"], get.value["messages"]["ids"]
    instance = get.value["messages"]["from"]
    if len(set(logged)) < len(logged) or len(set(shown)) < len(shown) or (shown and not instance):
        return False
    end = len(events)
    for id_ in {*posts, *logged, *shown}:
        of = posts.get(id_, [])
        if id_ in logged and not came(of, [0.0], during(get), end):
            return False
        if id_ in shown and not came(of, [0.0], during(get), end, on_the_queue=True):
            return False
        if id_ not in logged and any(post.outcome == "ok" and ended(post) < get.invoke.index for post in of):
            return False
    if not drains or not settled(get, drains[-1], events):
        return True
    if instance is None and not shown and drains[-1].value:
        return False
    return set(shown) in sets(instance, get, drains[-1], posts, end)


def settled(get: Operation, drain: Operation, events: Sequence[Event]) -> bool:
    """Whether the GET was sent after the drain, and nothing was broken or mended from the one to the other."""
    between = events[drain.invoke.index : ended(get)]
    begun = [
        e for e in between if e.process == NEMESIS and isinstance(e.value, dict) and e.value.get("phase") == "begin"
    ]
    return ended(drain) < get.invoke.index and not begun


def sets(
    instance: str | None, get: Operation, drain: Operation, posts: Mapping[str, list[Operation]], end: int
) -> list[set[str]]:
    """All that the instance may hold when the GET looks: what it was drained of, and any of what came afterwards."""
    held = set(drain.value.get(instance, ()))
    drained = {id_ for ids in drain.value.values() for id_ in ids}
    coming = [
        id_
        for id_, of in posts.items()
        if id_ not in drained and came(of, during(drain), during(get), end, on_the_queue=True)
    ]
    return [held | set(chosen) for chosen in subsets(coming)]


def came(
    posts: Sequence[Operation],
    after: Sequence[float],
    looks: Sequence[float],
    end: int,
    *,
    on_the_queue: bool = False,
) -> bool:
    """Whether some post may have taken effect after one of these moments and before one of those."""
    effects = [
        effect for post in posts for effect in moments(post, end, on_the_queue=on_the_queue) if effect is not None
    ]
    return any(begin < effect <= look for effect in effects for begin in after for look in looks)


def subsets(ids: Sequence[str]) -> list[set[str]]:
    return [{id_ for id_, taken in zip(ids, mask, strict=True) if taken} for mask in product([0, 1], repeat=len(ids))]


def test_the_checker_agrees_with_all_worlds() -> None:
    compare(posted, aggregation.check, defined, kinds=3)
