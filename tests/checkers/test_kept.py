"""Kept: what was acknowledged before the last look at logging is in it, or is lost; small histories say the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from harness.checkers import Validity
from harness.events import Event, Operation, operations
from harness.messages.checkers import kept
from tests.checkers.small import compare, ended, small


def history(chance: random.Random) -> tuple[Event, ...]:
    """Posts, and looks at logging that now and then lack something."""
    posted: list[str] = []

    def call(chance: random.Random) -> tuple[str, Any]:
        f = chance.choice(["post", "post", "stored", "get"])
        if f != "post":
            return f, None
        posted.append(f"id-{len(posted)}")
        return f, {"id": posted[-1], "msg": "m"}

    def answer(chance: random.Random, f: str, value: Any) -> Any:
        shown = [id_ for id_ in posted if chance.random() < 0.9]
        if f == "stored":
            return {"logging-1": shown, "logging-2": [id_ for id_ in shown if chance.random() < 0.5]}
        return {"logging": {"from": None, "ids": shown}} if f == "get" else value

    return small(chance, call, answer)


def defined(events: Sequence[Event]) -> Validity:
    looks = [o for o in operations(events) if o.outcome == "ok" and o.f in ("stored", "get")]
    direct = [o for o in looks if o.f == "stored"]
    if not looks:
        return Validity.UNKNOWN
    look = (direct or looks)[-1]
    shown = set(look.value["logging-1"] if look.f == "stored" else look.value["logging"]["ids"])
    acknowledged = [o for o in operations(events) if o.f == "post" and o.outcome == "ok"]
    missing = [post for post in acknowledged if post.value["id"] not in shown]
    if any(_is_before(post, look) for post in missing):
        return Validity.INVALID
    return Validity.UNKNOWN if missing else Validity.VALID


def _is_before(post: Operation, look: Operation) -> bool:
    return ended(post) < look.invoke.index


def test_the_checker_agrees_with_its_definition() -> None:
    compare(history, kept.check, defined, kinds=3)


def test_a_loss_is_named_with_its_message() -> None:
    events = (
        Event(0, 1, "invoke", "post", {"id": "id-1", "msg": "m"}, 0),
        Event(1, 1, "ok", "post", {"id": "id-1", "msg": "m"}, 1),
        Event(2, 1, "invoke", "stored", None, 2),
        Event(3, 1, "ok", "stored", {"logging-1": [], "logging-2": []}, 3),
    )
    (anomaly,) = kept.check(events).anomalies
    assert anomaly.name == "lost"
    assert anomaly.sentence == "1 of 1 acknowledged messages were in logging no more: id-1"
    assert kept.check(events).figures == {"posted": 1, "acknowledged": 1, "lost": 1}
