"""Small histories with evidence, for the tests of what became of messages; times in milliseconds from the beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.checkers import Anomaly
from harness.events import NEMESIS, Event, Events
from harness.guarantees import SETTINGS
from harness.messages.checkers import aggregation, delivery, integrity, partition_order, retention
from harness.messages.forensics.facts import EVIDENCE, OWNERS
from harness.messages.forensics.fates import fates
from harness.telling import Fate
from tests.faulted import said

_MS = 1_000_000
ID = "m-1"
ALL = ("facade", "logging-1", "logging-2", "messages-1", "messages-2")
#: What the services log of a message that is lost to nobody, and the milliseconds at which they do.
LOGGED = [
    (11, "logging-1", "put", {}),
    (11, "logging-1", "logged", {"new": True}),
    (12, "facade", "logged", {"by": "logging-1"}),
    (14, "facade", "queued", {"to": "topic", "partition": 0, "offset": 7}),
]


class Scene:
    """A history in the making."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self._events: list[Event] = []
        self._process = 0
        told = {"declared": dict(settings or {}), "effective": {}, "unread": {}}
        self._add(NEMESIS, "info", SETTINGS, told, 0)

    def post(self, *, at: int = 10, took: int = 5, id_: str = ID, offset: int | None = 7, msg: str = "hi") -> Scene:
        """An acknowledged post; without an offset it is one to a Hazelcast queue."""
        value = {"id": id_, "msg": msg}
        place = {"partition": 0 if offset is not None else None, "offset": offset}
        return self._call("post", value, {**value, "logged_by": "logging-1", **place}, at, took)

    def deny(self, *, at: int = 10, took: int = 5) -> Scene:
        """A post of which the facade says that the queue surely has not got the message."""
        value = {"id": ID, "msg": "hi"}
        return self._call("post", value, {**value, "queued": False}, at, took, outcome="info")

    def get(self, at: int, logging: Mapping[str, Sequence[Any]], messages: Mapping[str, Sequence[Any]]) -> Scene:
        """A GET, by the instances that answered what."""
        parts = {"logging": logging, "messages": messages}
        answer = {role: {"from": name, "ids": list(ids)} for role, part in parts.items() for name, ids in part.items()}
        return self._call("get", None, answer, at, 1)

    def drain(self, at: int = 900, **held: Sequence[Any]) -> Scene:
        """The final read of the messages instances."""
        return self._call("drain", None, {name.replace("_", "-"): list(ids) for name, ids in held.items()}, at, 1)

    def stored(self, at: int, **held: Sequence[Any]) -> Scene:
        """A direct read of logging instances."""
        return self._call("stored", None, {name.replace("_", "-"): list(ids) for name, ids in held.items()}, at, 1)

    def kill(self, node: str, at: int, *, fault: str = "kill", again: int | None = None) -> Scene:
        """A fault that took effect within 2 ms; undone at `again`."""
        for f, when in ((fault, at), *(((f"undo-{fault}", again),) if again else ())):
            value = {**said(f), "nodes": [node], "why": "by name"}
            self._add(NEMESIS, "info", f, {**value, "phase": "begin"}, when)
            self._add(NEMESIS, "info", f, {**value, "phase": "end"}, when + 2)
        return self

    def owners(self, *, queue: int | None = None, **partitions: Sequence[int]) -> Scene:
        """Who owned what in the beginning."""
        owned = {name.replace("_", "-"): list(each) for name, each in partitions.items()}
        return self._add(NEMESIS, "info", OWNERS, {"partitions": owned, "queue": queue}, 1)

    def evidence(self, log: Sequence[tuple[int, str, str, dict[str, Any]]] = (), **found: Any) -> Scene:
        """What was found of message `ID` in the end; a line without an id that is no instance's own is about that."""
        lines = [
            [at * _MS, service, event, fields if event in ("assigned", "not committed") else {"id": ID, **fields}]
            for at, service, event, fields in log
        ]
        value = {"ids": [ID], "logs_of": list(ALL), "log": lines, "lacking": [], **found}
        return self._add(NEMESIS, "info", EVIDENCE, value, 990)

    @property
    def events(self) -> Events:
        """What happened, in the order of time."""
        ordered = sorted(self._events, key=lambda event: event.time)
        return Events(event._replace(index=index) for index, event in enumerate(ordered))

    def anomalies(self) -> Sequence[Anomaly]:
        """What the suite's checkers find."""
        events = self.events
        verdicts = [
            delivery.check(events, exactly_once=True),
            integrity.check(events),
            retention.check(events),
            aggregation.check(events),
            partition_order.check(events),
        ]
        return [anomaly for verdict in verdicts for anomaly in verdict.anomalies]

    def fate(self, anomaly: str) -> Fate:
        """What became of message `ID`, as far as an anomaly of that name is about it."""
        told = fates(self.events, self.anomalies())
        return next(fate for fate in told if (fate.anomaly, fate.thing) == (anomaly, ID))

    def _call(self, f: str, invoked: Any, answer: Any, at: int, took: int, *, outcome: str = "ok") -> Scene:
        self._process += 1
        self._add(self._process, "invoke", f, invoked, at)
        return self._add(self._process, outcome, f, answer, at + took)

    def _add(self, process: int | str, type_: str, f: str, value: object, at: int) -> Scene:
        self._events.append(Event(len(self._events), process, type_, f, value, at * _MS))  # type: ignore[arg-type]
        return self
