"""How a message came to the queue that the facade had said was surely not there: sent before that, or after."""

from __future__ import annotations

from typing import Any

from tests.forensics.scenes import ID, LOGGED, Scene

MS = 1_000_000
TAKEN = (40, "messages-1", "taken", {})


def denied(scene: Scene, *log: Any, **found: Any) -> str:
    told = scene.evidence([*LOGGED[:3], *log], **found) if log or found else scene
    return told.drain(messages_1=[ID]).fate("wrongly denied").sentence


def test_sent_before_it_was_denied_and_after() -> None:
    before = denied(Scene().deny(), TAKEN, sent={ID: 13 * MS})
    assert before == "Sent to the queue, and then denied by the facade, 2 ms later."
    after = denied(Scene().deny(), TAKEN, sent={ID: 35 * MS})
    assert after == "Sent to the queue after the facade had denied it, 20 ms later."


def test_of_several_denials_the_last_counts() -> None:
    scene = Scene().deny().deny(at=100)
    assert denied(scene, TAKEN, sent={ID: 35 * MS}) == "Sent to the queue, and then denied by the facade, 70 ms later."


def test_without_a_record_it_is_told_who_took_it() -> None:
    told = "Denied by the facade, and in the queue all the same: messages-1 took it"
    assert denied(Scene().deny(), TAKEN) == f"{told} 25 ms after that."
    assert denied(Scene().deny(), (12, *TAKEN[1:])) == f"{told} 3 ms before that."
    assert denied(Scene().deny()) == "Nothing here shows where."


def test_its_way_says_when_the_record_was_made_and_what_the_facade_said() -> None:
    scene = Scene().deny().evidence([TAKEN], sent={ID: 13 * MS}).drain(messages_1=[ID])
    assert [line.strip() for line in scene.fate("wrongly denied").way][:4] == [
        "0.010 s  posted: hi",
        "0.013 s  the facade's producer makes the record that brokers have",
        "0.015 s  not acknowledged, surely not queued: no reason given",
        "0.040 s  messages-1 takes it",
    ]
