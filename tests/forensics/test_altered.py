"""Between which places a text was altered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.forensics.scenes import ID, LOGGED, Scene

WRONG = [ID, "h"]


def altered(logging: object, messages: object, **found: Any) -> str:
    scene = Scene().post().get(100, {"logging-1": [logging]}, {"messages-1": [messages]})
    scene = scene.evidence(LOGGED, **found) if found else scene
    return scene.drain(messages_1=[messages]).fate("truncated").sentence


@pytest.mark.parametrize(
    ("logging", "messages", "found", "told"),
    [
        (WRONG, WRONG, {}, "Wrong in logging and in messages alike: altered before logging had it."),
        (
            *(WRONG, WRONG, {"brokers": {"kafka-1": {ID: [[0, 7, "h"]]}}}),
            "Wrong in logging and in messages alike, in the queue too: altered before logging had it.",
        ),
        (WRONG, [ID, ""], {}, "Altered in logging and in messages, each in its own way."),
        (
            *(ID, WRONG, {"brokers": {"kafka-1": {ID: [[0, 7]]}}}),
            "Right in logging, as posted in the queue, and wrong in what messages shows: altered by messages-1.",
        ),
        (
            *(ID, WRONG, {"brokers": {"kafka-1": {ID: [[0, 7, "h"]]}}}),
            "Right in logging, altered already in the queue, between the facade and the queue.",
        ),
        (ID, WRONG, {}, "Right in logging, wrong in what messages shows: altered between the facade and messages-1."),
        (
            *(WRONG, ID, {"map": {ID: {"partition": 1, "owner": "hazelcast-1", "there": True}}}),
            "Right in messages, as posted in the map, and wrong in what logging shows: altered by logging-1.",
        ),
        (
            *(WRONG, ID, {"map": {ID: {"partition": 1, "owner": "hazelcast-1", "there": True, "text": "h"}}}),
            "Right in messages, altered already in the map, between the facade and the map.",
        ),
        (WRONG, ID, {}, "Right in messages, wrong in what logging shows: altered between the facade and logging-1."),
    ],
)
def test_where_a_text_was_altered(logging: object, messages: object, found: dict[str, Any], told: str) -> None:
    assert altered(logging, messages, **found) == told


def test_a_facade_that_alters_what_it_answers() -> None:
    scene = Scene().post().get(100, {"logging-1": [WRONG]}, {"messages-1": [ID]}).stored(200, logging_1=[ID])
    told = "Right when logging is read directly, and wrong in GETs: altered by the facade that answers."
    assert scene.drain(messages_1=[ID]).fate("truncated").sentence == told


def test_an_id_with_two_texts() -> None:
    scene = Scene().post().post(at=100, msg="another").drain(messages_1=[ID])
    told = "Acknowledged again with another text, logged by logging-1."
    assert scene.fate("two texts").sentence == told
