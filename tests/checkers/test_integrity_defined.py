"""Integrity: the checker says of every small history what trying all worlds says, message by message."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from harness.checkers import Validity
from harness.events import Event, Operation, operations
from harness.messages.checkers import integrity
from tests.checkers.small import compare, ended, small

IDS, TEXTS = ("a", "b"), ("", "x", "xy", "yx")


def call(chance: random.Random) -> tuple[str, Any]:
    f = chance.choice(["post", "post", "post", "get", "drain", "stored"])
    return f, {"id": chance.choice(IDS), "msg": chance.choice(TEXTS)} if f == "post" else None


def answer(chance: random.Random, f: str, value: Any) -> Any:
    if f == "post":
        return {**value, "logged_by": "logging-1"}
    if f == "get":
        return {part: {"from": part, "ids": entries(chance)} for part in ("logging", "messages")}
    return {"one": entries(chance), "other": entries(chance)}


def entries(chance: random.Random) -> list[Any]:
    shown = [[id_, chance.choice(TEXTS)] for id_ in IDS if chance.random() < 0.3]
    return [entry[0] if chance.random() < 0.7 else entry for entry in shown]


def made(chance: random.Random) -> tuple[Event, ...]:
    return small(chance, call, answer, most=6, outcomes=("ok", "ok", "ok", "fail", "info"))


def defined(events: Sequence[Event]) -> Validity:
    history = operations(events)
    posts = [o for o in history if o.f == "post"]
    looks = [o for o in history if o.f != "post" and o.outcome == "ok"]
    if not looks:
        return Validity.UNKNOWN
    right = all(possible(id_, text, look, posts) for look in looks for id_, text in shown(look, posts))
    for one in posts:
        for other in posts:
            ids = {one.invoke.value["id"], other.invoke.value["id"]}
            both = one.outcome == other.outcome == "ok"
            right = right and not (both and len(ids) == 1 and one.invoke.value["msg"] != other.invoke.value["msg"])
    return Validity.VALID if right else Validity.INVALID


def shown(look: Operation, posts: Sequence[Operation]) -> Iterator[tuple[str, str]]:
    """The messages of an answer; a bare id stands for the text that it was first posted with."""
    parts = [part["ids"] for part in look.value.values()] if look.f == "get" else list(look.value.values())
    for part in parts:
        for entry in part:
            if isinstance(entry, list):
                yield entry[0], entry[1]
            else:
                first = [post for post in posts if post.invoke.value["id"] == entry]
                if first:
                    yield entry, first[0].invoke.value["msg"]


def possible(id_: str, text: str, look: Operation, posts: Sequence[Operation]) -> bool:
    """Whether some post may have given the id this text before the look was over.

    One that began when another one had been acknowledged can't have; of an id with no post that is somebody else's
    matter.
    """
    of = [p for p in posts if p.invoke.value["id"] == id_ and p.outcome != "fail" and p.invoke.index < ended(look)]
    won = [post for post in of if post.outcome == "ok"]
    first = min(won, key=ended, default=None)
    able = [post for post in of if first is None or post is first or post.invoke.index < ended(first)]
    return not of or any(post.invoke.value["msg"] == text for post in able)


def test_the_checker_agrees_with_all_worlds() -> None:
    compare(made, integrity.check, defined, kinds=3)
