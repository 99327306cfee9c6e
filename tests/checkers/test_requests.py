"""Requests: each post and GET that is over was answered with success; small histories say the same."""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers import Validity
from harness.events import Event
from harness.messages.checkers import requests
from tests.checkers.posted import posted
from tests.checkers.said import one_after_another, said, unknown
from tests.checkers.small import compare


def defined(events: Sequence[Event]) -> Validity:
    ends = [event.type for event in events if event.f in ("post", "get") and event.type in ("ok", "fail", "info")]
    if not ends:
        return Validity.UNKNOWN
    return Validity.VALID if set(ends) == {"ok"} else Validity.INVALID


def test_the_checker_agrees_with_its_definition() -> None:
    compare(posted, requests.check, defined, kinds=3)


def test_what_came_in_place_of_answers_is_told() -> None:
    message = {"id": "id-1", "msg": "m"}
    events = list(
        one_after_another(
            ("post", message, "ok", message), ("get", None, "info", None), ("post", message, "fail", None)
        )
    )
    events[3] = events[3]._replace(error="no answer within 8 s (ReadTimeout)")
    events[5] = events[5]._replace(error="503: no logging instance")
    verdict = requests.check(events)
    sentence = '2 of 3 requests were not answered: 1 had no answer within 8 s, 1 got 503 "no logging instance"'
    assert said(verdict) == [("not answered", sentence, [2, 4])]
    assert verdict.figures == {"requests": 3, "not answered": 2}


def test_how_many_were_answered_is_said() -> None:
    verdict = requests.check(one_after_another(("get", None, "ok", {})))
    assert (said(verdict), verdict.figures) == ([], {"requests": 1, "not answered": 0})


def test_what_nobody_asked_is_unknown_and_what_is_still_under_way_is_not_judged() -> None:
    nobody = unknown("nobody asked anything, so nobody knows whether requests are answered")
    assert said(requests.check([])) == nobody
    assert said(requests.check([Event(0, 1, "invoke", "get", None, 0)])) == nobody
