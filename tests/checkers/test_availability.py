"""Availability: a wait that is longer than the budget is found; what nobody asked for says nothing."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checkers import Validity, availability
from harness.events import NEMESIS, NEVER, Event, Operation, Type, operations
from tests.checkers.said import said, unknown
from tests.checkers.small import how_many, small

S = 1_000_000_000
#: When, who, how, and with which value.
Row = tuple[float, int | str, Type, object]
KILL = {"nodes": ["node-1"], "phase": "begin"}


def told(*rows: Row, f: str = "post") -> tuple[Event, ...]:
    """A history of one kind of operation; events of the nemesis are kills."""
    return tuple(
        Event(i, who, type_, "kill" if who == NEMESIS else f, value, int(at * S))
        for i, (at, who, type_, value) in enumerate(rows)
    )


def outage(begin: float, end: float, *, thing: str = "") -> list[Row]:
    """A success, refusals four times a second, and a success at the end; all at one thing, if it is named."""
    value = {"log": thing} if thing else None
    tries: list[Row] = [(begin, 1, "invoke", value), (begin, 1, "ok", value)]
    at = begin
    while at < end:
        tries += [(at, 1, "invoke", value), (at, 1, "fail", value)]
        at += 0.25
    return [*tries, (end, 1, "invoke", value), (end, 1, "ok", value)]


@pytest.mark.parametrize(("within_s", "validity"), [(20, Validity.VALID), (19.99, Validity.INVALID)])
def test_a_wait_may_be_as_long_as_the_budget(within_s: float, validity: Validity) -> None:
    verdict = availability.check(told(*outage(0, 20)), f="post", within_s=within_s)
    assert (verdict.validity, verdict.figures["longest_without_success_s"]) == (validity, 20)


def test_a_wait_that_is_too_long_is_told_with_the_attempt_that_ended_it() -> None:
    history = told((0, NEMESIS, "info", KILL), *outage(5, 45))
    last = len(history) - 2
    verdict = availability.check(history, f="post", within_s=30)
    assert said(verdict) == [
        (
            "unavailable too long",
            "no post succeeded for 40.00 s in which somebody asked, up to 45.00 s after the beginning; "
            "30.00 s are allowed",
            [last],
        )
    ]


def test_a_wait_that_nobody_ends_is_too_long_whatever_is_unknown() -> None:
    history = told((0, NEMESIS, "info", KILL), (1, 1, "invoke", None), (60, 1, "info", None))
    assert availability.check(history, f="post", within_s=30).validity is Validity.INVALID


@pytest.mark.parametrize(
    ("each", "validity"), [("", Validity.VALID), ("log", Validity.INVALID), ("key", Validity.VALID)]
)
def test_what_is_served_elsewhere_hides_no_outage_of_one_thing(each: str, validity: Validity) -> None:
    types: tuple[Type, ...] = ("invoke", "ok")
    others: list[Row] = [(at / 2, 2, type_, {"log": "p2"}) for at in range(80) for type_ in types]
    rows = sorted([*outage(5, 35, thing="p1"), *others], key=lambda row: row[0])
    verdict = availability.check(told(*rows, f="send"), f="send", within_s=20, each=each)
    assert verdict.validity is validity
    assert (" at p1 succeeded for 30.00 s" in verdict.sentences) == (each == "log")


def test_keys_are_told_apart() -> None:
    rows: list[Row] = [(0, 1, "invoke", ["a", None]), (0, 1, "ok", ["a", 1])]
    rows += [(1, 1, "invoke", ["a", None]), (2, 2, "invoke", ["b", None]), (3, 2, "ok", ["b", 1])]
    history = told(*rows, (9, 1, "ok", ["a", 2]), f="read")
    assert availability.check(history, f="read", within_s=6, each="key").sentences.startswith(
        "unavailable too long: no read at a succeeded for 8.00 s"
    )
    assert availability.check(history, f="read", within_s=6).validity is Validity.VALID


def test_a_fault_under_which_nobody_asked_says_nothing() -> None:
    history = told(*outage(0, 1), (10, NEMESIS, "info", KILL), *outage(60, 61))
    assert said(availability.check(history, f="post", within_s=30)) == unknown(
        "nobody asked for a post within 30.00 s after kill node-1"
    )


def test_a_fault_after_which_nothing_succeeded_says_nothing() -> None:
    history = told(*outage(0, 1), (10, NEMESIS, "info", KILL), (11, 1, "invoke", None), (12, 1, "fail", None))
    assert said(availability.check(history, f="post", within_s=30)) == unknown(
        "no post succeeded that began after kill node-1"
    )


@pytest.mark.parametrize("f", ["post", "get"])
def test_without_a_success_of_its_kind_nothing_is_known(f: str) -> None:
    history = told((0, 1, "invoke", None), (1, 1, "fail", None))
    assert said(availability.check(history, f=f, within_s=30)) == unknown(f"no {f} succeeded")


def test_an_operation_under_way_at_a_fault_is_somebody_who_asks() -> None:
    history = told((0, 1, "invoke", None), (10, NEMESIS, "info", KILL), (12, 1, "ok", None), *outage(20, 21))
    assert availability.check(history, f="post", within_s=15).validity is Validity.VALID


@given(begin=st.integers(0, 50), wait=st.integers(1, 60), budget=st.integers(0, 120))
def test_an_outage_is_found_if_and_only_if_it_is_longer_than_the_budget(begin: int, wait: int, budget: int) -> None:
    history = told((0, NEMESIS, "info", KILL), *outage(begin, begin + wait / 2), *outage(200, 200.25))
    verdict = availability.check(history, f="post", within_s=max(budget / 2, begin))
    assert (verdict.validity is Validity.INVALID) == (wait / 2 > max(budget / 2, begin))


UNIT = S // 4


def _waits(found: Sequence[Operation]) -> float:
    """`longest_unavailability_s` as its docstring has it, quarter of a second by quarter of a second."""
    longest_took = max((o.ended - o.began for o in found if o.completion), default=0)
    began = sorted(o.began for o in found)
    ends = [(o.ended, o.completion.index, o.outcome == "ok") for o in found if o.completion]
    ends += [(o.began + longest_took, NEVER, False) for o in found if not o.completion]
    spans = [(o.began, o.ended if o.completion else o.began + longest_took) for o in found]

    def asked(at: int) -> bool:
        if any(begin <= at and at + UNIT <= end for begin, end in spans):
            return True
        before, after = [end for end in ends if end[0] <= at], [begin for begin in began if begin >= at + UNIT]
        if not before or not after:
            return False
        last = max(before)
        return not last[2] and after[0] - last[0] <= S

    successes = sorted({time for time, _, ok in ends if ok})
    gaps = zip([-1, *successes], [*successes, 1 << 61], strict=True)
    last = max(end for end, _, _ in ends)
    return max(sum(UNIT for at in range(0, last, UNIT) if a <= at < b and asked(at)) for a, b in gaps) / S


def test_unavailability_is_as_defined_for_every_small_history() -> None:
    chance = random.Random(13)
    waited = 0
    for _ in range(how_many()):
        made = small(chance, lambda _: ("post", None), lambda *_: None, outcomes=("ok", "fail", "info"))
        slow = chance.choice([1, 2, 3, 5])
        found = operations([event._replace(time=event.time * UNIT * slow) for event in made])
        assert availability.longest_unavailability_s(found) == _waits(found), made
        waited += bool(availability.longest_unavailability_s(found))
    assert waited > how_many() / 2
