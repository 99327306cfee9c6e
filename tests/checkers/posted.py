"""Small histories of the message workload: answers of a system that is right, some of them changed afterwards."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from harness.events import NEMESIS, Event, Operation, Type
from tests.checkers.small import Call, ended, small

INSTANCES = ("a", "b")


class _System:
    """Logging, two partitions (or a queue without any) and two messages instances."""

    def __init__(self, wrong: float, again: float = 0.4, *, partitions: bool = True) -> None:
        self._wrong, self._again, self._partitions = wrong, again, partitions
        self._posted: list[str] = []
        self._held: dict[str, list[str]] = {name: [] for name in INSTANCES}
        self._offsets: dict[int, int] = defaultdict(int)
        self._places: dict[str, dict[str, Any]] = {}

    def calls(self, *kinds: str) -> Call:
        """What a client does next: one of these."""

        def call(chance: random.Random) -> tuple[str, Any]:
            f = chance.choice(kinds)
            return f, self._message(chance) if f == "post" else None

        return call

    def noted(self, chance: random.Random) -> tuple[str, Any]:
        """What the nemesis did: it takes from an instance what it holds, or gives it what another holds."""
        one, other = chance.sample(INSTANCES, 2)
        # What counts is what a fault takes: that of this name takes no process otherwise.
        takes = chance.choice([["process", "answers"], ["process"], ["answers"], []])
        said = {"takes": takes, "nodes": [one]}
        match chance.choice(["fault", "undo", "done", "undone", "note", "story"]):
            case "fault":
                if "process" in takes or chance.random() < 2 * self._wrong:
                    self._held[one].clear()
                return "pause", {**said, "phase": "begin"}
            case "undo":
                self._held[one] += [id_ for id_ in self._held[other] if id_ not in self._held[one]]
                return "undo-pause", {**said, "phase": "begin"}
            case "done":
                return "pause", {**said, "phase": "end"}
            case "undone":
                return "undo-pause", {**said, "phase": "end"}
            case "note":
                return "noted", {"nodes": [one]}
        return "story", "told"

    def _message(self, chance: random.Random) -> dict[str, str]:
        if not self._posted or chance.random() >= self._again:
            self._posted.append(f"id-{len(self._posted)}")
        id_ = chance.choice(self._posted[-3:])
        return {"id": id_, "msg": f"m-{id_}"}

    def answer(self, chance: random.Random, f: str, value: Any) -> Any:
        if self._posted and chance.random() < 0.1:
            self._take(chance, chance.choice(self._posted))  # it may be one of unknown outcome
        if self._wrong and chance.random() < 0.15:
            self._held[chance.choice(INSTANCES)].clear()
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
        nowhere = {"partition": None, "offset": None}
        untold = [{"partition": partition, "offset": -1}, nowhere]
        self._places[id_] = chance.choices([told, *untold], [8, 1, 1])[0] if self._partitions else nowhere
        return self._places[id_]

    def mixed(self, chance: random.Random) -> dict[str, list[str]]:
        """A drain in which half of what one instance holds is at the other one as well."""
        everything = [id_ for ids in self._held.values() for id_ in ids]
        return {
            name: [*ids, *(id_ for id_ in everything if id_ not in ids and chance.random() < 0.5)]
            for name, ids in self._held.items()
        }

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
    system = _System(chance.choice([0, 0.05, 0.3]))
    noted = chance.choice([None, system.noted])
    events = small(chance, system.calls("post", "post", "post", "get", "drain"), system.answer, most=7, noted=noted)
    if chance.random() < 0.2:
        return _sure_of_the_queue(chance, events)
    later = system.calls("drain", "get", "get", *chance.choice([[], [], ["post"]]))
    return _sure_of_the_queue(chance, _then(events, small(chance, later, system.answer, most=4, noted=noted)))


def _sure_of_the_queue(chance: random.Random, events: Sequence[Event]) -> tuple[Event, ...]:
    """The same, where the answer to some posts of unknown outcome is sure, or not, that the queue has not got it."""
    return tuple(
        event._replace(value={**event.value, "queued": chance.random() < 0.2})
        if event.f == "post" and event.type == "info" and chance.random() < 0.4
        else event
        for event in events
    )


def read_in_any_order(chance: random.Random, *, partitions: bool = True) -> tuple[Event, ...]:
    """Posts, and answers to GETs and drains that mostly are changed."""
    system = _System(0.8, again=0.2, partitions=partitions)
    events = small(chance, system.calls(*["post"] * 9, "drain"), system.answer, most=9)
    return _then(events, small(chance, system.calls("drain", "drain", "get"), system.answer, most=2))


def taken_twice(chance: random.Random) -> tuple[Event, ...]:
    """Posts and GETs, in some of them faults, and a drain in which each instance holds some of the other's messages."""
    system = _System(0, again=0.1)
    noted = chance.choice([None, None, system.noted])
    events = small(chance, system.calls("post", "get"), system.answer, most=20, noted=noted)
    drained: Sequence[Type] = ("ok", "ok", "ok", "fail")
    return _then(
        events, small(chance, system.calls("drain"), lambda *_: system.mixed(chance), most=1, outcomes=drained)
    )


def _then(events: Sequence[Event], more: Sequence[Event]) -> tuple[Event, ...]:
    """One after the other, by clients of their own."""
    index, time = len(events), events[-1].time
    return (
        *events,
        *(
            event._replace(
                index=event.index + index,
                time=event.time + time,
                process=event.process if event.process == NEMESIS else f"later {event.process}",
            )
            for event in more
        ),
    )


def moments(post: Operation, end: int, *, on_the_queue: bool = False) -> Iterator[float | None]:
    """When it may have taken effect, with logging or on the queue: between two events up to `end`, or, None, never."""
    if post.outcome != "ok":
        yield None
    said = post.completion.value if post.completion else {}
    if post.outcome != "fail" and not (on_the_queue and said.get("queued", True) is False):
        last = ended(post) if post.outcome == "ok" else end
        yield from (index + 0.5 for index in range(post.invoke.index, last))


def during(read: Operation) -> list[float]:
    """When it may have looked: in each gap before and after what took effect in it."""
    return [index + part for index in range(read.invoke.index, ended(read)) for part in (0.25, 0.75)]
