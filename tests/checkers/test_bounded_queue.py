"""Bounded queues: a real one passes; what is over the bound, refused, lost, invented or doubled is found."""

import itertools
import random
from collections import deque
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import bounded_queue
from harness.errors import BadInputError
from harness.events import Event, Type
from tests.checkers.concurrent import Concurrent, completions, invocation_of, with_value, without
from tests.checkers.said import one_after_another, said

BOUND = 3
sizes = {"seed": st.integers(0, 2**32), "steps": st.integers(5, 60), "clients": st.integers(1, 6)}


class Bounded:
    """A queue of 3: a put waits for room, an offer is refused, a take of nothing fails."""

    def __init__(self) -> None:
        self.items: deque[int] = deque()
        self._numbers = itertools.count(1)

    def apply(self, f: str, value: Any, process: int) -> tuple[Type, Any] | None:
        if f == "take":
            return ("ok", self.items.popleft()) if self.items else ("fail", None)
        if len(self.items) >= BOUND:
            return None if f == "put" else ("fail", value)
        self.items.append(value)
        return "ok", value

    def choose(self, chance: random.Random, process: int) -> tuple[str, Any]:
        kind = chance.choices(["put", "offer", "take"], [2, 2, 3])[0]
        return kind, None if kind == "take" else next(self._numbers)


def history(seed: int, steps: int, clients: int) -> tuple[Event, ...]:
    it = Bounded()
    run = Concurrent(seed, it.apply, it.choose, clients=clients, unknown=0.02)
    run.run(steps)
    while it.items:
        run.after("take")
    return tuple(run.events)


def names(events: tuple[Event, ...], bound: int = BOUND) -> set[str]:
    return {anomaly.name for anomaly in bounded_queue.check(events, bound=bound).anomalies}


def known(events: tuple[Event, ...]) -> bool:
    """Whether no outcome is unknown and nothing waits any more."""
    ended = {event.process for event in events if event.type in {"ok", "fail"}}
    return all(event.type != "info" and event.process in ended for event in events)


@given(**sizes)
def test_a_correct_history_is_valid(seed: int, steps: int, clients: int) -> None:
    events = history(seed, steps, clients)
    verdict = bounded_queue.check(events, bound=BOUND)
    assert not verdict.anomalies, verdict.sentences


@given(**sizes)
def test_a_bound_that_was_lower_was_passed(seed: int, steps: int, clients: int) -> None:
    events = history(seed, steps, clients)
    most = bounded_queue.check(events, bound=BOUND).figures["most_at_once"]
    assume(isinstance(most, int) and most >= 2)
    assert isinstance(most, int)
    assert "over the bound" in names(events, bound=most - 1)


@given(**sizes)
def test_an_offer_refused_by_a_larger_queue_had_room(seed: int, steps: int, clients: int) -> None:
    events = history(seed, steps, clients)
    assume(any(event.f == "offer" and event.type == "fail" for event in events))
    assert names(events, bound=BOUND + 100) == {"refused although there was room"}


@given(**sizes, which=st.integers(0, 100))
def test_an_item_that_never_comes_out_is_lost(seed: int, steps: int, clients: int, which: int) -> None:
    events = history(seed, steps, clients)
    taken = completions(events, "take")
    assume(known(events) and taken)
    gone = taken[which % len(taken)]
    assert "lost" in names(without(events, gone, invocation_of(events, gone)))


@given(**sizes, which=st.integers(0, 100))
def test_an_item_that_comes_out_twice_leaves_another_lost(seed: int, steps: int, clients: int, which: int) -> None:
    events = history(seed, steps, clients)
    taken = completions(events, "take")
    assume(known(events) and len(taken) > 1)
    one, two = taken[which % len(taken)], taken[which % len(taken) - 1]
    assert {"duplicated", "lost"} <= names(with_value(events, one, two.value))
    assert "unexpected" in names(with_value(events, one, "from nowhere"))


def test_all_that_is_wrong_is_told_with_its_puts_and_takes() -> None:
    events = one_after_another(
        ("put", 1, "ok", 1),
        ("put", 2, "ok", 2),
        ("take", None, "fail", None),
        ("take", None, "ok", 1),
        ("take", None, "ok", 1),
        ("take", None, "ok", 9),
        ("offer", 5, "fail", 5),
        ("put", 3, "ok", 3),
        ("take", None, "info", None),
    )
    verdict = bounded_queue.check(events, bound=1)
    assert said(verdict) == [
        (
            "over the bound",
            "the put of 2 came into a queue of 1 that held 1 items all the while; the first of 4 like it, over 13.0 s",
            [2, 14],
        ),
        (
            "refused although there was an item",
            "a take got nothing, although there were at least 2 items all the while",
            [4],
        ),
        ("refused although there was room", "the offer of 5 was refused with at most -1 items in a queue of 1", [12]),
        ("duplicated", "item 1 came out 2 times", [6, 8]),
        ("unexpected", "item 9 came out, which nobody had put in", [10]),
        ("lost", "2 items were put in and never came out (1 takes are of unknown outcome): 2, 3", [2, 14]),
    ]
    assert verdict.figures == {"acknowledged": 3, "taken": 3, "most_at_once": 2, "lost": 1, "hidden": 1}


def test_what_was_not_taken_out_is_lost_only_if_all_was_to_be() -> None:
    events = one_after_another(("put", 1, "ok", 1))
    assert [name for name, _, _ in said(bounded_queue.check(events, bound=1))] == ["lost"]
    kept = bounded_queue.check(events, bound=1, drained=False)
    assert said(kept) == []
    assert kept.figures == {"acknowledged": 1, "taken": 0, "most_at_once": 1, "lost": 0, "hidden": 0}
    none = bounded_queue.check(one_after_another(("take", None, "fail", None)), bound=1)
    assert none.figures["most_at_once"] == 0


def test_an_item_that_is_put_in_twice_is_refused() -> None:
    events = one_after_another(("put", 1, "fail", 1), ("put", 1, "info", 1), ("offer", 1, "ok", 1))
    with pytest.raises(BadInputError) as error:
        bounded_queue.check(events, bound=1)
    assert str(error.value) == (
        "item 1 was put into the bounded queue twice (events 2 and 4), so nobody can tell which came out: give each "
        "put its own"
    )


def test_a_put_that_nobody_answered_came_in_before_its_item_came_out() -> None:
    takes: list[tuple[str, Any, Type, Any]] = [("take", None, "ok", 2), ("take", None, "ok", 1)]
    events = one_after_another(("put", 1, "ok", 1), ("put", 2, "info", 2), *takes)
    assert said(bounded_queue.check(events, bound=1)) == [
        ("over the bound", "the put of 2 came into a queue of 1 that held 1 items all the while", [2])
    ]


def test_a_put_came_in_before_it_was_answered() -> None:
    takes: list[tuple[str, Any, Type, Any]] = [("take", None, "ok", 1), ("take", None, "ok", 2)]
    events = one_after_another(("put", 1, "ok", 1), ("put", 2, "ok", 2), *takes)
    assert [sentence for _, sentence, _ in said(bounded_queue.check(events, bound=1))] == [
        "the put of 2 came into a queue of 1 that held 1 items all the while",
        "the put of 2 made it 2 items in a queue of 1",
    ]


def test_a_put_that_failed_takes_no_room() -> None:
    events = one_after_another(("put", 1, "fail", 1), ("offer", 2, "fail", 2))
    told = "the offer of 2 was refused with at most 0 items in a queue of 1"
    assert said(bounded_queue.check(events, bound=1)) == [("refused although there was room", told, [2])]


def test_what_was_refused_says_nothing_of_the_queue() -> None:
    asked: list[tuple[str, Any, Type, Any]] = [
        ("put", 1, "ok", 1),
        ("take", None, "fail", None),
        ("offer", 2, "fail", 2),
    ]
    events = [*one_after_another(*asked, ("take", None, "ok", 1))]
    assert len(said(bounded_queue.check(events, bound=2))) == 2
    for index in (3, 5):
        events[index] = events[index]._replace(error="RefusedError: too few")
        assert len(said(bounded_queue.check(events, bound=2, refusal="RefusedError"))) == (1 if index == 3 else 0)
        assert len(said(bounded_queue.check(events, bound=2, refusal="OtherError"))) == 2
        assert len(said(bounded_queue.check(events, bound=2))) == 2
    taken = events[-1]._replace(error="RefusedError")
    assert not said(bounded_queue.check([*events[:-1], taken], bound=2, refusal="RefusedError"))
