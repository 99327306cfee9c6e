"""A pace lets through as many as come in its time, and a tally waits for acknowledgements alone, or for answers."""

import threading
import time

import pytest

from harness.errors import AwaitTimeoutError
from harness.load import Pace, Tally


def through(pace: Pace, seconds: float) -> int:
    """How many somebody who asks all the time is let through in so many seconds."""
    ends = time.monotonic() + seconds
    count = 0
    while time.monotonic() < ends:
        pace.await_next()
        count += 1
    return count


def test_a_pace_holds_back_who_comes_early() -> None:
    began = time.monotonic()
    count = through(Pace(100, threading.Event()), 0.3)
    # On a busy machine there are fewer, or it took longer.
    assert count <= 100 * (time.monotonic() - began) + 1


def test_who_comes_late_is_let_through_at_once_until_the_rate_is_made_up_for() -> None:
    pace = Pace(100, threading.Event())
    threading.Event().wait(0.2)
    before = time.monotonic()
    for _ in range(20):
        pace.await_next()
    assert time.monotonic() - before < 0.1


def test_without_a_rate_nobody_waits() -> None:
    pace = Pace(None, threading.Event())
    before = time.monotonic()
    for _ in range(1000):
        pace.await_next()
    assert time.monotonic() - before < 0.5


def test_a_stop_ends_the_wait() -> None:
    stop = threading.Event()
    pace = Pace(0.01, stop)
    pace.await_next()
    stop.set()
    before = time.monotonic()
    pace.await_next()
    assert time.monotonic() - before < 1


def test_a_tally_waits_for_acknowledgements_alone() -> None:
    tally = Tally("sends")
    for outcome in ("ok", "fail", "info"):
        tally.count(outcome)
    assert tally.acknowledged == 1

    with pytest.raises(AwaitTimeoutError, match="1 more acknowledged sends; last seen: 1"):
        tally.await_acknowledged(1, timeout_s=0.1)
    threading.Timer(0.1, tally.count, ["ok"]).start()
    tally.await_acknowledged(1, timeout_s=5)


def test_a_tally_waits_for_those_at_some_nodes_alone() -> None:
    tally = Tally("operations")
    tally.count("ok", "member-1")

    def counting() -> None:
        threading.Event().wait(0.1)
        tally.count("ok", "member-2")

    counts = threading.Thread(target=counting)
    counts.start()
    tally.await_acknowledged(1, at=["member-2", "member-3"], timeout_s=5)
    counts.join()
    assert tally.acknowledged == 2
    with pytest.raises(AwaitTimeoutError, match="1 more acknowledged operations at member-3"):
        tally.await_acknowledged(1, at=["member-3"], timeout_s=0.2)


def test_a_tally_waits_for_what_was_refused_too_but_for_nothing_that_nobody_knows() -> None:
    tally = Tally("operations")
    with pytest.raises(AwaitTimeoutError, match="2 more answered operations at member-1; last seen: 0"):
        tally.await_answered(2, at=["member-1"], timeout_s=0.1)

    def counting() -> None:
        threading.Event().wait(0.1)
        for outcome, at in (("fail", "member-1"), ("info", "member-1"), ("ok", "member-2"), ("ok", "member-1")):
            tally.count(outcome, at)

    counts = threading.Thread(target=counting)
    counts.start()
    tally.await_answered(2, at=["member-1"], timeout_s=5)
    counts.join()
    with pytest.raises(AwaitTimeoutError, match="1 more answered operations; last seen: 3"):
        tally.await_answered(1, timeout_s=0.1)
