"""Small histories for the tests of reports, written as a person would tell them."""

from __future__ import annotations

from harness.events import NEMESIS, Event, Events

_MS = 1_000_000


class Told:
    """Events in the making; times in milliseconds from the beginning."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def post(self, number: int, *, at: int, took: int = 5, partition: int = 0, outcome: str = "ok") -> Told:
        """A post of message `m-NUMBER` by a process of its own."""
        value = {"id": f"id-{number}", "msg": f"m-{number}"}
        answer = {**value, "logged_by": "logging-1", "partition": partition, "offset": number}
        self._add(number, "invoke", "post", value, at)
        return self._add(number, outcome, "post", answer if outcome == "ok" else value, at + took)

    def drain(self, *, at: int, **held: list[int]) -> Told:
        """The final read, by instance."""
        self._add(1000, "invoke", "drain", None, at)
        found = {name.replace("_", "-"): [f"id-{number}" for number in ids] for name, ids in held.items()}
        return self._add(1000, "ok", "drain", found, at + 1)

    def fault(self, name: str, *nodes: str, at: int, why: str = "it was asked for by name") -> Told:
        """The beginning of a fault, or with the name `undo-...` of its end."""
        value = {"nodes": list(nodes), "why": why, "phase": "begin"}
        return self._add(NEMESIS, "info", name, value, at)

    @property
    def events(self) -> Events:
        """What was told so far, in the order of time."""
        ordered = sorted(self._events, key=lambda event: event.time)
        return Events(event._replace(index=index) for index, event in enumerate(ordered))

    def _add(self, process: int | str, type_: str, f: str, value: object, at: int) -> Told:
        self._events.append(Event(len(self._events), process, type_, f, value, at * _MS))  # type: ignore[arg-type]
        return self
