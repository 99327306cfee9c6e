"""Correct concurrent histories of any object: each operation takes effect at one moment while it is under way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from harness.events import Event, Type

#: Applies an operation to the object; gives ok or fail and the value returned, or None if it has to wait.
Apply = Callable[[str, Any, int], tuple[Type, Any] | None]
#: What a client does next: f and value, or None if nothing is possible.
Choose = Callable[[random.Random, int], tuple[str, Any] | None]


@dataclass
class _Call:
    f: str
    value: Any
    client: int
    outcome: tuple[Type, Any] | None = None


class Concurrent:
    """Runs clients against an object and records what they see."""

    def __init__(self, seed: int, apply: Apply, choose: Choose, *, clients: int, unknown: float = 0.1) -> None:
        self._chance = random.Random(seed)
        self._apply, self._choose, self._unknown = apply, choose, unknown
        self._processes = list(range(1, clients + 1))
        self._next = clients
        self._calls: dict[int, _Call] = {}
        self.events: list[Event] = []

    def run(self, steps: int) -> tuple[Event, ...]:
        """That many operations are begun; all but those of unknown outcome and those that wait forever end."""
        begun = 0
        for _ in range(steps * 20):
            if begun == steps and not self._calls:
                break
            client = self._chance.randrange(len(self._processes))
            if client in self._calls:
                self._go_on(client)
            elif begun < steps and (wanted := self._choose(self._chance, self._processes[client])):
                begun += 1
                self._calls[client] = _Call(*wanted, self._processes[client])
                self._record(self._processes[client], "invoke", *wanted)
        return tuple(self.events)

    def after(self, f: str, value: Any = None) -> None:
        """One more operation by a client of its own, alone."""
        self._next += 1
        self._record(self._next, "invoke", f, value)
        outcome = self._apply(f, value, self._next)
        assert outcome
        self._record(self._next, outcome[0], f, outcome[1])

    def _go_on(self, client: int) -> None:
        call = self._calls[client]
        if call.outcome is None:
            if self._chance.random() < self._unknown / 2:
                self._retire(client, call)  # without an effect
                return
            call.outcome = self._apply(call.f, call.value, call.client)
        elif self._chance.random() < self._unknown / 2:
            self._retire(client, call)  # with its effect
        else:
            del self._calls[client]
            type_, value = call.outcome
            self._record(call.client, type_, call.f, value if type_ == "ok" else call.value)

    def _retire(self, client: int, call: _Call) -> None:
        del self._calls[client]
        self._record(call.client, "info", call.f, call.value)
        self._next += 1
        self._processes[client] = self._next

    def _record(self, process: int, type_: Type, f: str, value: Any) -> None:
        index = len(self.events)
        self.events.append(Event(index, process, type_, f, value, 1000 * index))


def completions(events: Sequence[Event], f: str) -> list[Event]:
    """The successful completions of one kind."""
    return [event for event in events if event.f == f and event.type == "ok"]


def with_value(events: Sequence[Event], event: Event, value: Any) -> tuple[Event, ...]:
    """The history with another value in one event."""
    return tuple(e._replace(value=value) if e.index == event.index else e for e in events)


def without(events: Sequence[Event], *gone: Event) -> tuple[Event, ...]:
    """The history without these events, numbered anew."""
    indices = {event.index for event in gone}
    left = [event for event in events if event.index not in indices]
    return tuple(event._replace(index=index) for index, event in enumerate(left))


def invocation_of(events: Sequence[Event], completion: Event) -> Event:
    """Where a completed operation began."""
    return next(
        event
        for event in reversed(events[: completion.index])
        if event.process == completion.process and event.type == "invoke"
    )
