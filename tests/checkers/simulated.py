"""Correct concurrent histories of the message workload, made by simulating a system that does everything right."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import strategies as st

from harness.events import Event, Type

INSTANCES = ("messages-1", "messages-2")


@dataclass(frozen=True)
class Simulated:
    """A correct history, and the ids it acknowledged."""

    events: tuple[Event, ...]
    acknowledged: tuple[str, ...]


@st.composite
def correct(draw: st.DrawFn) -> Simulated:
    """Posts of several clients, some of unknown and some of no effect, GETs in between, a drain, GETs after it."""
    seed = draw(st.integers(0, 2**32))
    posts = draw(st.integers(1, 25))
    clients = draw(st.integers(1, 5))
    return simulate(random.Random(seed), posts, clients)


def simulate(chance: random.Random, posts: int, clients: int) -> Simulated:
    """Runs the simulation."""
    world = _World(chance)
    while world.posted < posts or world.under_way:
        if world.under_way and (world.posted >= posts or chance.random() < 0.5 or len(world.under_way) == clients):
            world.finish(chance.choice(sorted(world.under_way)))
        else:
            world.begin("post" if chance.random() < 0.7 else "get")
    drain = world.begin("drain")
    world.finish(drain)
    for _ in range(4):
        world.finish(world.begin("get"))
    return Simulated(tuple(world.events), tuple(world.acknowledged))


class _World:
    """The real state: what logging holds, what each messages instance holds."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.events: list[Event] = []
        self.under_way: dict[int, tuple[str, object]] = {}
        self.logged: list[str] = []
        self.held: dict[str, list[str]] = {name: [] for name in INSTANCES}
        self.acknowledged: list[str] = []
        self.posted = 0
        self._processes = 0

    def begin(self, f: str) -> int:
        self._processes += 1
        value: object = None
        if f == "post":
            self.posted += 1
            value = {"id": f"id-{self.posted}", "msg": f"m-{self.posted:06d}"}
        self._record(self._processes, "invoke", f, value)
        self.under_way[self._processes] = (f, value)
        return self._processes

    def finish(self, process: int) -> None:
        f, value = self.under_way.pop(process)
        if f == "post":
            assert isinstance(value, dict)
            self._post(process, value)
        elif f == "get":
            name = self.chance.choice(INSTANCES)
            answer = {
                "logging": {"from": "logging-1", "ids": list(self.logged)},
                "messages": {"from": name, "ids": list(self.held[name])},
            }
            self._record(process, "ok", f, answer)
        else:
            self._record(process, "ok", f, {name: list(ids) for name, ids in self.held.items()})

    def _post(self, process: int, value: dict[str, str]) -> None:
        outcomes = ["ok", "info with effect", "info without", "not queued", "fail"]
        outcome = self.chance.choices(outcomes, [8, 1, 1, 1, 1])[0]
        if outcome in {"ok", "info with effect", "not queued"}:
            self.logged.append(value["id"])
        if outcome in {"ok", "info with effect"}:
            self.held[self.chance.choice(INSTANCES)].append(value["id"])
        if outcome == "ok":
            self.acknowledged.append(value["id"])
            self._record(process, "ok", "post", {**value, "logged_by": "logging-1", "partition": 0, "offset": 0})
        elif outcome == "not queued":
            self._record(process, "info", "post", {**value, "queued": False})
        else:
            self._record(process, "fail" if outcome == "fail" else "info", "post", value)

    def _record(self, process: int, type_: Type, f: str, value: object) -> None:
        index = len(self.events)
        self.events.append(Event(index, process, type_, f, value, 1000 * index))


def with_value(events: tuple[Event, ...], index: int, value: object) -> tuple[Event, ...]:
    """The history with another value in one event."""
    return (*events[:index], events[index]._replace(value=value), *events[index + 1 :])


def last_of(events: tuple[Event, ...], f: str) -> Event:
    """The last successful completion of that kind."""
    return next(event for event in reversed(events) if event.f == f and event.type == "ok")
