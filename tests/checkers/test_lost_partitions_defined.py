"""The checkers of lost partitions say what their docstrings say, on small histories of one round or several."""

import random
from collections.abc import Sequence
from math import sqrt
from typing import Any

import pytest

from harness.checkers import Validity, Verdict
from harness.events import NEMESIS, Event, Operation, Type, operations
from harness.servers.hazelcast.checkers import loss_rate, lost_partitions
from tests.checkers.small import compare, ended, small

KEYS = [f"k{number}" for number in range(7)]
MEMBERS = ["hazelcast-1", "hazelcast-2"]
UNKNOWN = {"unknown"}


def history(chance: random.Random) -> tuple[Event, ...]:
    """Most lose what a dead member owned, but for a slip; the others anything in any order."""
    return orderly(chance) if chance.random() < 0.7 else anything(chance)


def orderly(chance: random.Random) -> tuple[Event, ...]:
    owners = [chance.choice(MEMBERS) for _ in range(4)]
    places = {key: [number % 4, owners[number % 4]] for number, key in enumerate(KEYS)}
    keys = chance.sample(KEYS, chance.randint(2, 7))
    gone = [partition for partition in range(4) if owners[partition] == MEMBERS[0] and chance.random() < 0.8]
    back = [key for key in keys if (places[key][0] in gone) == (chance.random() < 0.03)]
    said = [[p, 1] for p in range(4) if (p in gone) != (chance.random() < 0.03)]
    named = chance.random() < 0.3
    steps: list[tuple[int | str, Type, str, Any]] = []
    for key in keys:
        value = {"set": "m", "element": key} if named else key
        process = chance.choice([1, 2])
        steps += [(process, "invoke", "add", value), (process, "ok", "add", value)]
    steps.append((NEMESIS, "info", "owners", {"keys": places}))
    steps.append((NEMESIS, "info", "kill", {"takes": ["process", "peers"], "nodes": [MEMBERS[0]], "phase": "begin"}))
    steps.append((3, "invoke", "read", {"set": "m"} if named else None))
    steps.append((3, "ok", "read", {"set": "m", "elements": back} if named else back))
    steps.append((NEMESIS, "info", "partition-losses", {"backups": said}))
    return tuple(Event(index, *step, index) for index, step in enumerate(steps))


def anything(chance: random.Random) -> tuple[Event, ...]:
    maps = chance.choice([None, None, ["m", "n"]])
    places = {key: [number % chance.choice([3, 4]), chance.choice(MEMBERS)] for number, key in enumerate(KEYS)}

    def call(chance: random.Random) -> tuple[str, Any]:
        name = chance.choice(maps) if maps else None
        if chance.random() < 0.3:
            return "read", {"set": name} if name else None
        key = chance.choice(KEYS)
        return "add", {"set": name, "element": key} if name else key

    def answer(chance: random.Random, f: str, value: Any) -> Any:
        if f == "add":
            return value
        gone = [partition for partition in range(4) if chance.random() < 0.4]
        keys = [key for key in KEYS if (places[key][0] in gone) == (chance.random() < 0.04)]
        return {**value, "elements": keys} if value else keys

    def noted(chance: random.Random) -> tuple[str, Any]:
        f = chance.choice(["kill", "kill", "owners", "partition-losses", "keys-per-member"])
        value: Any = {
            "kill": {
                "takes": chance.choice([["process"], ["peers"], ["process", "peers"], ["clients"], []]),
                "nodes": [chance.choice(MEMBERS)],
                "phase": "begin",
            },
            "owners": {"keys": {key: [places[key][0], chance.choice(MEMBERS)] for key in chance.sample(KEYS, 4)}},
            "partition-losses": {"backups": [[p, chance.randrange(2)] for p in range(4) if chance.random() < 0.5]},
            "keys-per-member": dict(zip(MEMBERS, chance.choice([[5, 2], [0, 90], [60, 40], []]), strict=False)),
        }[f]
        return f, value

    first = (Event(0, NEMESIS, "info", "owners", {"keys": {} if chance.random() < 0.1 else places}, 0),)
    rest = small(chance, call, answer, most=9, noted=noted)
    return first + tuple(event._replace(index=event.index + 1) for event in rest)


def plain(o: Operation) -> Any:
    return o.value.get("element", o.value.get("elements")) if isinstance(o.value, dict) else o.value


def name_of(o: Operation) -> Any:
    return o.invoke.value["set"] if isinstance(o.invoke.value, dict) else None


def values(events: Sequence[Event], f: str) -> list[Any]:
    return [event.value for event in events if event.f == f]


class Round:
    """What a round puts, reads and lost."""

    def __init__(self, events: Sequence[Event]) -> None:
        history = operations(events)
        reads = [o for o in history if o.f == "read" and o.outcome == "ok"]
        self.read = reads[-1] if reads else None
        self.keys: set[str] = set()
        self.place: dict[str, Any] = {}
        if self.read:
            name, begin = name_of(self.read), self.read.invoke.index
            adds = [o for o in history if o.f == "add" and name_of(o) == name and o.outcome == "ok"]
            self.keys = {plain(o) for o in adds if ended(o) < begin}
            self.earlier = [event for event in events if event.index < begin]
            for placed in values(self.earlier, "owners"):
                self.place |= placed["keys"]
            self.lost = self.keys - set(plain(self.read))

    @property
    def is_known(self) -> bool:
        return bool(self.read and self.keys and self.keys <= self.place.keys())

    @property
    def partitions(self) -> set[int]:
        return {self.place[key][0] for key in self.keys}

    @property
    def gone(self) -> set[int]:
        return {self.place[key][0] for key in self.lost}


def of_round(events: Sequence[Event], share: float, copies: int | None) -> set[str]:
    it = Round(events)
    if not it.is_known:
        return UNKNOWN
    if not share:
        found = {"lost"} if it.lost else set()
    else:
        found = where_it_was_lost(it, share) if it.lost else {"not as expected"}
    if copies:
        said = values(events, "partition-losses") or [{"backups": []}]
        dead = {partition for partition, backups in said[-1]["backups"] if 1 + backups >= copies}
        found |= {"lost with a living copy"} if it.gone - dead else set()
        found |= {"kept without a copy"} if dead & it.partitions - it.gone else set()
    if any(spread and min(spread.values()) == 0 for spread in values(events, "keys-per-member")):
        found.add("unevenly spread")
    return found


def where_it_was_lost(it: Round, share: float) -> set[str]:
    found = set()
    kills = [fault for fault in values(it.earlier, "kill") if {"process", "peers"} & set(fault["takes"])]
    gone = {node for fault in kills for node in fault["nodes"]}
    if any(it.place[key][1] not in gone for key in it.lost):
        found.add("lost elsewhere")
    if any(it.place[key][0] in it.gone for key in it.keys - it.lost):
        found.add("part of a partition")
    of = len(it.partitions)
    if abs(len(it.gone) - share * of) > max(1, 4 * sqrt(of * share * (1 - share))):
        found.add("implausible share")
    return found


def names(verdict: Verdict) -> set[str]:
    found = {anomaly.name for anomaly in verdict.anomalies}
    assert (verdict.validity is Validity.UNKNOWN) == (found == UNKNOWN)
    return found


@pytest.mark.parametrize(("share", "copies"), [(0, None), (0, 2), (1 / 3, 2), (0.01, 1), (1, None)])
def test_a_read_is_judged_as_defined(share: float, copies: int | None) -> None:
    compare(
        history,
        lambda events: lost_partitions.check(events, share=share, copies=copies),
        lambda events: of_round(events, share, copies),
        seen=names,
        kinds=3,
    )


def repeated(chance: random.Random) -> tuple[Event, ...]:
    """Several histories one after the other; what is under way at the end of one may end in the next."""
    events: list[Event] = []
    late: list[Event] = []
    one = orderly if chance.random() < 0.8 else anything
    for number in range(chance.randint(1, 3)):
        begin = len(events)
        for event in one(chance):
            process = event.process if event.process == NEMESIS else f"{number}-{event.process}"
            events.append(event._replace(process=process))
        if late and chance.random() < 0.7:
            events.insert(chance.randint(begin, len(events)), late.pop())
        if events[-1].type != "invoke" and events[-1].process != NEMESIS and chance.random() < 0.3:
            late = [events.pop()]
    return tuple(event._replace(index=index, time=index) for index, event in enumerate(events))


def in_rounds(events: Sequence[Event]) -> list[list[Event]]:
    """Each from the first put after a read up to the next such put, and what becomes of its operations."""
    calls = [e for e in events if e.type == "invoke"]
    begins = [
        one.index
        for before, one in zip([None, *calls], calls, strict=False)
        if one.f == "add" and (before is None or before.f == "read")
    ]
    invoked = {o.completion.index: o.invoke.index for o in operations(events) if o.completion}
    return [
        [event for event in events if begin <= invoked.get(event.index, event.index) < next_]
        for begin, next_ in zip(begins, [*begins[1:], len(events)], strict=False)
    ]


def over_rounds(events: Sequence[Event], share: float, copies: int) -> set[str]:
    each = [of_round(one, share, copies) for one in in_rounds(events)]
    found: set[str] = set().union(*each)
    if not each or {"unknown", "not as expected"} & found:
        return found or UNKNOWN
    rounds = [Round(one) for one in in_rounds(events)]
    of, gone = sum(len(it.partitions) for it in rounds), sum(len(it.gone) for it in rounds)
    # Wilson's interval has exactly the shares from which what was seen is within so many of their standard deviations.
    if abs(gone / of - share) > 3.8906 * sqrt(share * (1 - share) / of):
        found.add("implausible share")
    return found


@pytest.mark.parametrize(("share", "copies"), [(1 / 3, 1), (1 / 2, 2)])
def test_rounds_are_judged_as_defined(share: float, copies: int) -> None:
    compare(
        repeated,
        lambda events: loss_rate.check(events, share=share, copies=copies),
        lambda events: over_rounds(events, share, copies),
        seen=lambda verdict: {anomaly.name for anomaly in verdict.anomalies},
        kinds=3,
    )
