"""Order: the checker says of every small history what a look at all pairs says, and blames nobody without need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def records(events: Sequence[Event]) -> Mapping[str, list[Place | None]]:
    """What the posts of each id that were not refused say of its place; None is anywhere."""
    found: dict[str, list[Place | None]] = {}
    for post in operations(events):
        if post.f == "post" and post.outcome != "fail":
            where = (post.value.get("partition"), post.value.get("offset")) if post.outcome == "ok" else (None, None)
            told = None not in where and where[1] >= 0
            found.setdefault(post.invoke.value["id"], []).append(where if told else None)
    return found


def defined(events: Sequence[Event]) -> Validity:
    drain = last_drain(events)
    if drain is None:
        return Validity.UNKNOWN
    sure = {id_: places[0] for id_, places in records(events).items() if len(set(places)) == 1 and places[0]}
    read = ([sure.get(id_) for id_ in ids] for ids in drain.value.values())
    return Validity.VALID if all(map(in_order, read)) else Validity.INVALID


def in_order(read: Sequence[Place | None]) -> bool:
    """Whether nothing is above something of its partition that was read later."""
    return not any(one and two and one[0] == two[0] and one[1] > two[1] for one, two in combinations(read, 2))


def explained(events: Sequence[Event]) -> bool:
    """Whether some choice of a record for every message read puts what each instance read in order."""
    drain, said = last_drain(events), records(events)
    return drain is None or all(
        any(map(in_order, product(*(said.get(id_, [None]) for id_ in ids)))) for ids in drain.value.values()
    )


def overtaken(events: Sequence[Event]) -> Mapping[str, int]:
    """All pairs in the order in which they were first read."""
    history, drain, counts = operations(events), last_drain(events), {}
    posts = [post for post in history if post.f == "post" and post.outcome != "fail"]
    for instance, ids in (drain.value if drain else {}).items():
        first = list(dict.fromkeys(ids))
        counts[instance] = 0
        for place, id_ in enumerate(first):
            acknowledged = [ended(p) for p in posts if p.outcome == "ok" and p.invoke.value["id"] == id_]
            earlier = [[p.invoke.index for p in posts if p.invoke.value["id"] == other] for other in first[:place]]
            counts[instance] += bool(acknowledged) and any(b and min(b) > min(acknowledged) for b in earlier)
    return counts


def test_the_checker_agrees_with_a_look_at_all_pairs() -> None:
    compare(read_in_any_order, partition_order.check, defined, kinds=3)


def test_a_message_overtakes_one_that_was_acknowledged_before_its_post_began() -> None:
    compare(
        read_in_any_order,
        partition_order.check,
        lambda events: overtaken(events),
        seen=lambda v: v.figures.get("overtaken", {}),
    )


def test_nobody_is_blamed_for_an_order_that_some_choice_of_records_explains() -> None:
    def blamed(verdict: Verdict) -> bool:
        return verdict.validity is Validity.INVALID

    compare(
        read_in_any_order,
        partition_order.check,
        lambda events: blamed(partition_order.check(events)) and not explained(events),
        seen=blamed,
    )
