"""What an answer to a post says of the message."""

from __future__ import annotations

import json

import pytest

from harness.messages import own
from harness.messages.description.model import Accepted, Denied, Post
from harness.messages.speaking.body import Body
from harness.messages.speaking.outcomes import outcome_of

PLAIN = Post(path="/")
ALWAYS_200 = Post(
    path="/",
    accepted=Accepted(status=(200,), json={"/status": "200"}, unless="(?i)error"),
    denied=(
        Denied(status=(200,), json={"/status": "400"}),
        Denied(json={"/status": "500", "/logged": True}, what="queued"),
    ),
)
OURS = own.speech().post


@pytest.mark.parametrize(
    ("post", "status", "body", "kind"),
    [
        (PLAIN, 200, "", "acknowledged"),
        (PLAIN, 201, "<html>", "acknowledged"),
        (PLAIN, 204, "", "open"),
        (PLAIN, 302, "", "open"),
        (PLAIN, 400, "", "open"),
        (PLAIN, 500, "", "open"),
        (ALWAYS_200, 200, '{"status": "200"}', "acknowledged"),
        (ALWAYS_200, 200, '{"status": 200}', "open"),
        (ALWAYS_200, 201, '{"status": "200"}', "open"),
        (ALWAYS_200, 200, '{"status": "200", "why": "Error"}', "open"),
        (ALWAYS_200, 200, "ok", "open"),
        (ALWAYS_200, 200, '{"status": "400"}', "not kept"),
        (ALWAYS_200, 500, '{"status": "400"}', "open"),
        (ALWAYS_200, 200, '{"status": "500", "logged": true}', "not queued"),
        (ALWAYS_200, 503, '{"status": "500", "logged": true}', "not queued"),
        (ALWAYS_200, 200, '{"status": "500", "logged": 1}', "open"),
        (ALWAYS_200, 200, '{"status": "500"}', "open"),
        (OURS, 201, "{}", "acknowledged"),
        (OURS, 200, "{}", "open"),
        *((OURS, status, "{}", "not kept") for status in (400, 404, 405, 409, 413, 422)),
        *((OURS, status, "{}", "open") for status in (408, 425, 429, 500, 502, 503, 504)),
        (OURS, 503, '{"stage": "logging", "unknown": false}', "not kept"),
        (OURS, 503, '{"stage": "logging", "unknown": true}', "open"),
        (OURS, 503, '{"stage": "queue", "unknown": false}', "not queued"),
        (OURS, 503, '{"stage": "turn", "unknown": false}', "open"),
    ],
)
def test_an_answer_says_what_the_file_says_and_else_nothing(post: Post, status: int, body: str, kind: str) -> None:
    assert outcome_of(post, status, Body(body)).kind == kind


def test_an_acknowledgement_tells_what_the_file_points_to() -> None:
    body = {"logged_by": "logging-2", "queued": {"partition": 1, "offset": 0}}
    told = outcome_of(OURS, 201, Body(json.dumps(body)))
    assert told.told == {"logged_by": "logging-2", "partition": 1, "offset": 0}
    assert (told.logged_by, told.partition) == ("logging-2", 1)
    assert outcome_of(PLAIN, 201, Body(json.dumps(body))).told == {}


@pytest.mark.parametrize("body", ["", "[]", '{"logged_by": 7, "queued": {"partition": "1", "offset": true}}'])
def test_what_an_acknowledgement_should_tell_and_does_not_is_none(body: str) -> None:
    told = outcome_of(OURS, 201, Body(body))
    assert told.told == {"logged_by": None, "partition": None, "offset": None}
    assert (told.logged_by, told.partition) == (None, None)
