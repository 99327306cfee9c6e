"""Order: the checker says of every small history what a look at all pairs says, and blames nobody without need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations, product

from harness.checkers import Validity, Verdict
from harness.events import Event, Operation, operations
from harness.messages.checkers import partition_order
from tests.checkers.posted import read_in_any_order
from tests.checkers.small import compare, ended

Place = tuple[int, int]


def last_drain(events: Sequence[Event]) -> Operation | None:
    drains = [o for o in operations(events) if o.f == "drain" and o.outcome == "ok"]
    return drains[-1] if drains else None


def lists(events: Sequence[Event]) -> Iterator[Sequence[str]]:
    """What each answer of an instance shows, each message where it is first."""
    for read in operations(events):
        if read.outcome == "ok" and read.f == "drain":
            yield from (list(dict.fromkeys(ids)) for ids in read.value.values())
        elif read.outcome == "ok" and read.f == "get" and read.value["messages"]["from"]:
            yield list(dict.fromkeys(read.value["messages"]["ids"]))


def posts_of(events: Sequence[Event], id_: str) -> Sequence[Operation]:
    """Those posts of an id that were not refused."""
    return [o for o in operations(events) if o.f == "post" and o.outcome != "fail" and o.invoke.value["id"] == id_]


def records(events: Sequence[Event]) -> Mapping[str, list[Place | None]]:
    """What the posts of each id that were not refused say of its place; None is anywhere."""
    found: dict[str, list[Place | None]] = {}
    for post in operations(events):
        if post.f == "post" and post.outcome != "fail":
            where = (post.value.get("partition"), post.value.get("offset")) if post.outcome == "ok" else (None, None)
            told = None not in where and where[1] >= 0
            found.setdefault(post.invoke.value["id"], []).append(where if told else None)
    return found


def has_partitions(events: Sequence[Event]) -> bool:
    return any(e.f == "post" and e.type == "ok" and e.value.get("partition") is not None for e in events)


def before(events: Sequence[Event], one: str, other: str) -> bool:
    """Whether a queue without partitions surely has one message before another."""
    first, then = posts_of(events, one), posts_of(events, other)
    return bool(first and then) and all(
        post.outcome == "ok" and ended(post) < later.invoke.index for post in first for later in then
    )


def defined(events: Sequence[Event]) -> Validity:
    shown = list(lists(events))
    if not shown:
        return Validity.UNKNOWN
    if has_partitions(events):
        sure = {id_: places[0] for id_, places in records(events).items() if len(set(places)) == 1 and places[0]}
        right = all(in_order([sure.get(id_) for id_ in ids]) for ids in shown)
    else:
        right = not any(before(events, two, one) for ids in shown for one, two in combinations(ids, 2))
    return Validity.VALID if right else Validity.INVALID


def in_order(read: Sequence[Place | None]) -> bool:
    """Whether nothing is above something of its partition that was read later."""
    return not any(one and two and one[0] == two[0] and one[1] > two[1] for one, two in combinations(read, 2))


def explained(events: Sequence[Event]) -> bool:
    """Whether some choice of a record for every message that an answer shows puts each answer in order."""
    said = records(events)
    return all(any(map(in_order, product(*(said.get(id_, [None]) for id_ in ids)))) for ids in lists(events))


def overtaken(events: Sequence[Event]) -> Mapping[str, int]:
    """All pairs in the order in which they were first read."""
    drain, counts = last_drain(events), {}
    for instance, ids in (drain.value if drain else {}).items():
        first = list(dict.fromkeys(ids))
        late = {two for one, two in combinations(first, 2) if before(events, two, one)}
        counts[instance] = len(late)
    return counts


def blamed(verdict: Verdict) -> bool:
    return verdict.validity is Validity.INVALID


def test_the_checker_agrees_with_a_look_at_all_pairs() -> None:
    compare(read_in_any_order, partition_order.check, defined, kinds=3)


def test_a_queue_without_partitions_is_in_order_by_the_posts_alone() -> None:
    compare(partial(read_in_any_order, partitions=False), partition_order.check, defined, kinds=3)


def test_a_message_overtakes_one_that_was_acknowledged_before_its_post_began() -> None:
    compare(
        read_in_any_order,
        partition_order.check,
        lambda events: overtaken(events),
        seen=lambda v: v.figures.get("overtaken", {}),
    )


def test_nobody_is_blamed_for_an_order_that_some_choice_of_records_explains() -> None:
    compare(
        read_in_any_order,
        partition_order.check,
        lambda events: blamed(partition_order.check(events)) and not explained(events),
        seen=blamed,
    )
