"""Availability against its definition, of histories with faults, and of things that are told apart or not."""

import random

import pytest

from harness.checkers import Validity, availability
from harness.events import NEMESIS, Event, faults, operations
from tests.checkers.small import compare, small
from tests.checkers.test_availability import UNIT, S, _waits

BUDGET_S = 1.5


def made(chance: random.Random) -> tuple[Event, ...]:
    """Posts and gets at one of two keys; now and then a fault."""
    events = small(
        chance,
        lambda chance: (chance.choice(["post", "post", "get"]), [chance.choice("ab"), None]),
        lambda _, f, value: value,
        most=9,
        outcomes=("ok", "ok", "fail", "info"),
        noted=lambda _: ("kill", {"nodes": ["node-1"], "phase": "begin"}),
    )
    slow = chance.choice([1, 2, 3])
    return tuple(event._replace(time=event.time * UNIT * slow) for event in events)


def defined(events: tuple[Event, ...], each: str) -> Validity:
    """As the docstring of `availability.check` has it."""
    posts = [operation for operation in operations(events) if operation.f == "post"]
    keys = {operation.invoke.value[0] for operation in posts} if each else {""}
    apart = [[o for o in posts if not each or o.invoke.value[0] == key] for key in keys]
    if any(of_one and _waits(of_one) > BUDGET_S for of_one in apart):
        return Validity.INVALID
    begun = faults(events)
    for fault in begun:
        moments = range(fault.time, fault.time + int(BUDGET_S * S) + 1, UNIT)
        if not any(post.began <= at <= post.ended for post in posts for at in moments):
            return Validity.UNKNOWN
    later = [post for post in posts if all(fault.index < post.invoke.index for fault in begun)]
    return Validity.VALID if any(post.outcome == "ok" for post in later) else Validity.UNKNOWN


@pytest.mark.parametrize("each", ["", "key"])
def test_availability_is_as_defined_for_every_small_history(each: str) -> None:
    assert NEMESIS in {event.process for seed in range(20) for event in made(random.Random(seed))}
    compare(
        made,
        lambda events: availability.check(events, f="post", within_s=BUDGET_S, each=each),
        lambda events: defined(events, each),
        kinds=3,
    )
