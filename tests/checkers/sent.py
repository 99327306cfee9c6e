"""Small histories of partitioned logs: answers of logs that are right, some of them changed afterwards."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

from harness.events import Event
from tests.checkers.small import small

Record = tuple[int, str]


class _Logs:
    """What is where, from where on each process reads, and which sends may still come."""

    def __init__(self, chance: random.Random, wrong: float) -> None:
        self._chance, self._wrong = chance, wrong
        self._held: dict[str, list[Record]] = defaultdict(list)
        self._at: dict[tuple[int | str, str], int] = defaultdict(int)
        self._coming: list[dict[str, str]] = []

    def answer(self, event: Event) -> Any:
        """The value of this event, which is the next one."""
        if self._coming and self._chance.random() < 0.1:
            self._land(self._chance.choice(self._coming))
        if event.f == "send":
            return self._send(event)
        if event.f == "assign" or event.type in {"fail", "info"}:
            for name in self._held:
                self._at[event.process, name] = self._chance.randrange(len(self._held[name]) + 1)
            return None
        return self._poll(event.process) if event.type == "ok" else None

    def everything(self) -> dict[str, list[list[Any]]]:
        """What a fresh consumer reads."""
        return {name: self._shown(held) for name, held in self._held.items()}

    def _send(self, event: Event) -> Any:
        sent: dict[str, str] = event.value
        match event.type:
            case "invoke":
                self._coming.append(sent)
            case "fail" if sent in self._coming:
                self._coming.remove(sent)
            case "ok":
                if sent in self._coming:
                    self._land(sent)
                offset = next((o for o, v in reversed(self._held[sent["log"]]) if v == sent["value"]), None)
                told = [offset, offset, offset, None, -1]
                return {**sent, "offset": self._chance.choice([0, 1, 2] if self._changes() else told)}
        return sent

    def _land(self, sent: dict[str, str]) -> None:
        self._coming.remove(sent)
        held = self._held[sent["log"]]
        for _ in range(self._chance.choice([1] * 9 + [2])):
            held.append(((held[-1][0] if held else -1) + self._chance.choice([1, 1, 1, 2]), sent["value"]))

    def _poll(self, process: int | str) -> dict[str, list[list[Any]]]:
        found = {}
        for name, held in self._held.items():
            begin = self._at[process, name]
            end = self._at[process, name] = self._chance.randint(begin, len(held))
            found[name] = self._shown(held[begin:end])
        return {name: records for name, records in found.items() if records}

    def _shown(self, records: list[Record]) -> list[list[Any]]:
        shown = [list(record) for record in records]
        if shown and self._changes():
            one = self._chance.choice(shown)
            match self._chance.choice(["drop", "double", "swap", "move", "invent"]):
                case "drop":
                    shown.remove(one)
                case "double":
                    shown.append([shown[-1][0] + 1, one[1]])
                case "swap":
                    self._chance.shuffle(shown)
                case "move":
                    one[0] += self._chance.choice([-1, 1])
                case "invent":
                    one[1] = self._chance.choice(["v-0", "v-1", "v-of-nobody"])
        return shown

    def _changes(self) -> bool:
        return self._chance.random() < self._wrong


class _Clients:
    """What they want: sends, some of them of values that were sent before, polls and assignments."""

    def __init__(self) -> None:
        self._sent: list[str] = []

    def call(self, chance: random.Random) -> tuple[str, Any]:
        f = chance.choice(["send"] * 6 + ["poll"] * 4 + ["assign"])
        if f != "send":
            return f, None
        if not self._sent or chance.random() < 0.75:
            self._sent.append(f"v-{len(self._sent)}")
        return f, {"log": chance.choice(["t-0"] * 9 + ["t-1"]), "value": chance.choice(self._sent[-2:])}


def _one_of_three(chance: random.Random) -> tuple[str, Any]:
    if chance.random() < 0.35:
        return "poll", None
    return "send", {"log": "t-0", "value": chance.choice(["v-0", "v-1", "v-2"])}


def _where_it_belongs(chance: random.Random, f: str, value: Any) -> Any:
    """v-0 is at offset 0, v-1 at 1 and so on, whether they were sent or not: what may be wrong is only when."""
    if f == "send":
        return {**value, "offset": int(value["value"][-1])}
    return {"t-0": [[at, f"v-{at}"] for at in range(3) if chance.random() < 0.7]}


def sent(chance: random.Random) -> tuple[Event, ...]:
    """Sends, polls and assignments, and mostly a reader of everything in the end."""
    if chance.random() < 0.4:
        return small(chance, _one_of_three, _where_it_belongs, most=7, outcomes=("ok", "ok", "ok", "info"))
    logs = _Logs(chance, chance.choice([0, 0, 0.1, 0.3]))
    asked = small(chance, _Clients().call, lambda _, __, value: value, most=9)
    events = tuple(event._replace(value=logs.answer(event)) for event in asked)
    if chance.random() < 0.8:
        index, time = len(events), events[-1].time
        events += (Event(index, "last", "invoke", "poll", None, time),)
        events += (Event(index + 1, "last", "ok", "poll", logs.everything(), time),)
    return events
