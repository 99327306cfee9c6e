"""Small histories of the message workload: answers of a system that is right, some of them changed afterwards."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from harness.events import Event, Operation
from tests.checkers.small import ended, small

INSTANCES = ("a", "b")


class _System:
    """Logging, two partitions and two messages instances."""

    def __init__(self, wrong: float, kinds: Sequence[str]) -> None:
        self._wrong, self._kinds = wrong, kinds
        self._posted: list[str] = []
        self._held: dict[str, list[str]] = {name: [] for name in INSTANCES}
        self._offsets: dict[int, int] = defaultdict(int)
        self._places: dict[str, dict[str, Any]] = {}

    def call(self, chance: random.Random) -> tuple[str, Any]:
        f = chance.choice(self._kinds)
        if f != "post":
            return f, None
        if not self._posted or chance.random() < 0.6:
            self._posted.append(f"id-{len(self._posted)}")
        id_ = chance.choice(self._posted[-3:])
        return f, {"id": id_, "msg": f"m-{id_}"}

    def answer(self, chance: random.Random, f: str, value: Any) -> Any:
        if self._posted and chance.random() < 0.2:
            self._take(chance, chance.choice(self._posted))  # it may be one of unknown outcome
        if f == "post":
            return {**value, **self._take(chance, value["id"])}
        if f == "drain":
            return {name: self._shown(chance, ids) for name, ids in self._held.items()}
        name = chance.choice(INSTANCES)
        shown = self._shown(chance, self._held[name])
        logged = {"from": "logging-1", "ids": self._shown(chance, list(self._places))}
        unnamed = not shown or chance.random() < self._wrong / 4
        return {"logging": logged, "messages": {"from": None if unnamed else name, "ids": shown}}

    def _take(self, chance: random.Random, id_: str) -> dict[str, Any]:
        """Where a message is: for one that is there already the same again, or now and then another record."""
        if id_ in self._places and chance.random() < 0.8:
            return self._places[id_]
        if id_ not in self._places:
            self._held[chance.choice(INSTANCES)].append(id_)
        partition = chance.choice([0, 0, 0, 1])
        self._offsets[partition] += 1
        told = {"partition": partition, "offset": self._offsets[partition]}
        untold = [{"partition": partition, "offset": -1}, {"partition": None, "offset": None}]
        self._places[id_] = chance.choices([told, *untold], [8, 1, 1])[0]
        return self._places[id_]

    def _shown(self, chance: random.Random, ids: Sequence[str]) -> list[str]:
        shown = list(ids)
        if chance.random() < self._wrong:
            match chance.choice(["drop", "double", "swap", "swap", "invent"]):
                case "drop" if shown:
                    shown.remove(chance.choice(shown))
                case "double" if shown:
                    shown.append(chance.choice(shown))
                case "swap":
                    chance.shuffle(shown)
                case "invent":
                    shown.append(chance.choice([*self._posted, "id-of-nobody"]))
        return shown


def posted(chance: random.Random) -> tuple[Event, ...]:
    """Posts, some of them of ids that were posted before, GETs and drains in any place, and faults in some of them."""
    return _history(chance, chance.choice([0, 0, 0.2, 0.5]), ["post"] * 6 + ["get"] * 3 + ["drain"] * 2)


def read_in_any_order(chance: random.Random) -> tuple[Event, ...]:
    """The same with more posts, no GETs in between, and drains that are mostly changed."""
    return _history(chance, 0.8, ["post"] * 9 + ["drain"])


def _history(chance: random.Random, wrong: float, kinds: Sequence[str]) -> tuple[Event, ...]:
    system = _System(wrong, kinds)
    events = small(chance, system.call, system.answer, most=9, noted=chance.choice([None, None, _noted]))
    for f in chance.choice([[], ["drain"], ["drain", "get"], ["drain", "get", "get"]]):
        answer = system.answer(chance, f, None)
        for type_, value in (("invoke", None), ("ok", answer)):
            events += (Event(len(events), "last", type_, f, value, events[-1].time + chance.randrange(2)),)  # type: ignore[arg-type]
    return events


def _noted(chance: random.Random) -> tuple[str, Any]:
    return chance.choice(
        [
            ("kill", {"nodes": ["a"], "phase": "begin"}),
            ("undo-kill", {"nodes": ["a"], "phase": "begin"}),
            ("kill", {"nodes": ["a"], "phase": "end"}),
            ("noted", {"nodes": ["a"]}),
            ("story", "told"),
        ]
    )


def moments(post: Operation, end: int) -> Iterator[float | None]:
    """When it may have taken effect: between two events up to number `end`, or, None, never."""
    if post.outcome != "ok":
        yield None
    if post.outcome != "fail":
        last = ended(post) if post.outcome == "ok" else end
        yield from (index + 0.5 for index in range(post.invoke.index, last))


def during(read: Operation) -> list[float]:
    """When it may have looked: in each gap before and after what took effect in it."""
    return [index + part for index in range(read.invoke.index, ended(read)) for part in (0.25, 0.75)]
