"""Waiting ends as soon as it may, and says what it saw when it gives up."""

import pytest

from harness.errors import AwaitTimeoutError, NodeStartError
from harness.waiting import awaiting, until


def test_returns_the_first_accepted_value() -> None:
    seen = iter([0, 0, 7])
    assert until("a number", lambda: next(seen), timeout_s=5, interval_s=0.001) == 7


def test_an_exception_of_the_probe_means_not_yet() -> None:
    answers = iter([ConnectionRefusedError("starting"), "up"])

    def probe() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert until("the server", probe, timeout_s=5, interval_s=0.001) == "up"


def test_giving_up_names_what_was_awaited_and_what_was_seen_last() -> None:
    with pytest.raises(AwaitTimeoutError, match=r"waited 0\.02 s for 3 brokers; last seen: \[1, 2\]"):
        until("3 brokers", lambda: [1, 2], lambda ids: len(ids) == 3, timeout_s=0.02, interval_s=0.005)


def test_giving_up_on_a_failing_probe_shows_its_exception() -> None:
    def probe() -> bool:
        raise ConnectionRefusedError("nobody there")

    with pytest.raises(AwaitTimeoutError, match="ConnectionRefusedError: nobody there"):
        until("the server", probe, timeout_s=0.02, interval_s=0.005)


def test_an_error_of_the_harness_is_not_waited_out() -> None:
    calls = []

    def probe() -> bool:
        calls.append(1)
        raise NodeStartError("kafka-1 exited")

    with pytest.raises(NodeStartError, match="kafka-1 exited"):
        until("the server", probe, timeout_s=5, interval_s=0.001)
    assert len(calls) == 1


def test_what_a_client_raises_is_told_with_what_was_awaited() -> None:
    with (
        pytest.raises(AwaitTimeoutError, match=r"^waited for 3 brokers; last seen: KeyError: 'leader'$"),
        awaiting("3 brokers"),
    ):
        raise KeyError("leader")
    with pytest.raises(AwaitTimeoutError, match="last seen: StopIteration: no word on why"), awaiting("3 brokers"):
        raise StopIteration
    with pytest.raises(NodeStartError, match=r"^kafka-1 exited$"), awaiting("3 brokers"):
        raise NodeStartError("kafka-1 exited")
