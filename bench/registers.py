"""Register histories for comparisons: correct and broken ones from seeds, and ones that threads really recorded."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.checkers.identity import identity
from harness.events import Event, Events, Type
from harness.history import Client, History

#: What registers may hold; the first five are one value to Python or look alike to a person.
_VALUES = [1, True, 1.0, "1", None, 0, -1, "", "two words", 'a "quote"', "ä", 1 << 40]
_KEYS = ["x", "y", 1]


@dataclass
class _Call:
    """An operation under way, and its answer from the moment on at which it has taken effect."""

    f: str
    value: Any
    answer: tuple[Type, Any] | None = None


@dataclass
class _Simulation:
    """Clients of registers whose operations each take effect at one moment while they are under way."""

    chance: random.Random
    #: Whether no value is written twice and nothing compared: what our checker decides without a search.
    distinct: bool
    events: list[Event] = field(default_factory=list)
    held: dict[Any, Any] = field(default_factory=dict)
    calls: dict[int, _Call] = field(default_factory=dict)
    written: int = 0

    def begin(self, process: int, keys: list[Any]) -> None:
        """A client invokes something."""
        key = self.chance.choice(keys)
        f = self.chance.choice(["read", "read", "write"] if self.distinct else ["read", "read", "write", "cas"])
        value: Any = None
        if f != "read":
            value = self._new() if f == "write" else [self._new(), self._new()]
        self.calls[process] = _Call(f, [key, value])
        self._record(process, "invoke", f, [key, value])

    def go_on(self, process: int) -> bool:
        """An operation takes effect, or ends if it has; returns whether its client is lost with it."""
        call = self.calls[process]
        lost = self.chance.random() < 0.04
        if not lost and call.answer is None:
            call.answer = self._effect(call)
            return False
        del self.calls[process]
        if call.answer and not lost:
            self._record(process, call.answer[0], call.f, call.answer[1])
        elif self.chance.random() < 0.5:
            self._record(process, "info", call.f, call.value)
        return lost

    def _new(self) -> Any:
        self.written += 1
        return self.written if self.distinct else self.chance.choice(_VALUES[:6])

    def _effect(self, call: _Call) -> tuple[Type, Any]:
        key, value = call.value
        at = identity(key)
        if call.f != "read" and self.chance.random() < 0.05:
            return "fail", call.value
        if call.f == "read":
            return "ok", [key, self.held.get(at)]
        if call.f == "cas":
            old, new = value
            if identity(self.held.get(at)) != identity(old):
                return "fail", call.value
            value = new
        self.held[at] = value
        return "ok", call.value

    def _record(self, process: int, type_: Type, f: str, value: Any) -> None:
        at = len(self.events)
        self.events.append(Event(at, process, type_, f, value, at))


def generated(seed: int) -> Events:
    """The history of that seed: by turns correct, and with the answers of two reads exchanged, which may break it.

    It has 10 to 60 operations of 2 to 6 clients on 1 to 3 keys, some of unknown outcome, some never completed.
    """
    chance = random.Random(seed)
    simulation = _Simulation(chance, distinct=seed % 4 < 2)
    keys = chance.sample(_KEYS, chance.randint(1, 3))
    clients = list(range(chance.randint(2, 6)))
    left = chance.randint(10, 60)
    next_ = len(clients)
    while left or simulation.calls:
        place = chance.randrange(len(clients))
        if clients[place] in simulation.calls:
            if simulation.go_on(clients[place]):
                clients[place], next_ = next_, next_ + 1
        elif left:
            left -= 1
            simulation.begin(clients[place], keys)
    return _with_other_answers(chance, simulation.events) if seed % 2 else Events(simulation.events)


def _with_other_answers(chance: random.Random, events: list[Event]) -> Events:
    """The history with the answers of two reads taken from others of their keys."""
    reads = [event for event in events if event.f == "read" and event.type == "ok"]
    for one in chance.sample(reads, min(2, len(reads))):
        others = [read.value for read in reads if identity(read.value[0]) == identity(one.value[0])]
        events[one.index] = one._replace(value=chance.choice(others))
    return Events(events)


class _Replicated:
    """A register of one leader and one follower, which learns of a write a moment after it was acknowledged."""

    def __init__(self, lag_s: float) -> None:
        self._lag_s = lag_s
        self._leader: Any = None
        self._follower: tuple[float, Any, Any] = (0.0, None, None)
        self._lock = threading.Lock()

    def write(self, value: Any) -> None:
        """Writes to the leader."""
        with self._lock:
            _, _, newest = self._follower
            self._leader, self._follower = value, (time.monotonic() + self._lag_s, newest, value)

    def read(self) -> Any:
        """What the follower has by now."""
        with self._lock:
            since, before, after = self._follower
            return after if time.monotonic() >= since else before


def recorded(seed: int, path: Path) -> None:
    """Has four threads use such a register, and records what they see as a scenario does, with real clocks.

    Every other seed has a follower without a lag, whose register is correct.
    """
    register = _Replicated(lag_s=0.0 if seed % 2 else 0.002)
    with History.open(path) as history:
        threads = [
            threading.Thread(target=_use, args=(register, history.client(), random.Random(f"{seed} {number}"), number))
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _use(register: _Replicated, client: Client, chance: random.Random, number: int) -> None:
    for count in range(12):
        is_read = chance.random() < 0.6
        value = None if is_read else 100 * number + count
        under_way = client.invoke("read" if is_read else "write", ["x", value])
        if is_read:
            value = register.read()
        else:
            register.write(value)
        threading.Event().wait(chance.random() / 2000)
        under_way.ok(["x", value])
