"""What came in place of answers is said in words: how often and what, the most frequent first, and from when on."""

import pytest

from harness.messages.unanswered import errors, stood_still, ways
from tests.report.histories import Told

_S = 1_000_000_000


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("no answer within 8 s (ReadTimeout)", "1 had no answer within 8 s"),
        ("no connection: [Errno 111] Connection refused", "1 found nobody who listens (Connection refused)"),
        ("RemoteProtocolError: Server disconnected", "1 had no answer (RemoteProtocolError: Server disconnected)"),
        ("503: ", "1 got 503 without a word"),
        (
            "500: <!doctype html>\n<title>500 Internal Server Error</title>",
            '1 got 500 "500 Internal Server Error"',
        ),
        (
            "unreadable answer: [get.logging] says that there is a list; there is nothing. The body: 'error: x'",
            "1 got an answer of success that shows no messages: 'error: x'",
        ),
        (f"500: {'x' * 500}", f'1 got 500 "{"x" * 120}..."'),
    ],
)
def test_each_way_in_which_a_request_ends_has_words(error: str, words: str) -> None:
    assert ways([error]) == words


def test_ways_that_differ_in_numbers_are_one_and_the_most_frequent_is_first() -> None:
    said = ["500: port 1 is down", "no answer within 8 s (ReadTimeout)", "no answer within 9 s (ReadTimeout)"]
    assert ways(said) == '2 had no answer within 8 s, 1 got 500 "port 1 is down"'
    assert ways(["500: port 1 is down", "500: port 2 is down"]) == '2 got 500 "port 1 is down"'
    assert ways(["500: down", "503: down"]) == '1 got 500 "down", 1 got 503 "down"'
    assert ways([f"500: {name}" for name in "abcde"]).endswith(", 2 ended otherwise")


def _told(told: Told, *, since_s: int, wanted: int = 20) -> str:
    events = told.events
    return stood_still(events, events.operations, since_ns=since_s * _S, wanted=wanted, waited_s=60)


def test_a_wait_in_vain_says_from_when_on_nothing_was_acknowledged_and_what_came_instead() -> None:
    told = Told().post(1, at=0).fault("kill", "logging-2", at=900)
    told.post(2, at=1000, took=8000, outcome="info").post(3, at=2000, outcome="fail")
    said = _told(told, since_s=1)
    assert said.startswith("from the kill of logging-2 on, no post was acknowledged for 60 s: ")
    assert _told(told.fault("undo-kill", "logging-2", at=11_000), since_s=1).startswith("from the end of the kill of ")
    assert _told(Told().post(1, at=0, outcome="info"), since_s=0).startswith("from the first post on, no post was ")


def test_too_few_acknowledgements_are_counted() -> None:
    told = Told().fault("pause", "facade", at=900).post(1, at=2000).post(2, at=20_000)
    assert _told(told, since_s=1) == (
        "from the pause of facade on, 2 of 20 awaited posts were acknowledged in 60 s, the last after 19.0 s"
    )


def test_only_what_did_not_succeed_has_an_error() -> None:
    told = Told().post(1, at=0).post(2, at=1, outcome="info")
    assert len(errors(told.events.operations)) == 1
