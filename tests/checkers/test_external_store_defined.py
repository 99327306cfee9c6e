"""The external store's checker says what its docstring says, on small histories of one map or two."""

import random
from collections.abc import Iterator, Sequence
from math import inf
from typing import Any

import pytest

from harness.checkers import Validity, Verdict
from harness.events import NEMESIS, Event, Operation, Type, operations
from harness.servers.hazelcast.checkers import external_store
from tests.checkers.small import compare, ended, explained, small

KEYS = ["a", "b", "c"]
_S = 1_000_000_000


def history(chance: random.Random, maps: Sequence[str | None] = ()) -> tuple[Event, ...]:
    maps = maps or chance.choice([[None], [None], ["m", "n"]])
    held: list[str] = []
    added: list[str] = []

    def of(value: dict[str, Any]) -> dict[str, Any]:
        name = chance.choice(maps)
        return value if name is None else {"set": name, **value}

    def call(chance: random.Random) -> tuple[str, Any]:
        if chance.random() < 0.3:
            return "read", of({}) or None
        added.append(key := chance.choice(KEYS))
        return "add", key if maps == [None] else of({"element": key})

    def answer(chance: random.Random, f: str, value: Any) -> Any:
        if f == "add":
            return value
        back = [key for key in KEYS if (chance.random() < 0.95) == (key in held)]
        return back if value is None else {**value, "elements": back}

    def noted(chance: random.Random) -> tuple[str, Any]:
        if chance.random() < 0.3:
            return "kill", {"nodes": ["hazelcast-1"], "phase": "begin", "why": ""}
        held[:] = [key for key in KEYS if chance.random() < (0.7 if key in added else 0.04)]
        return "stored", of({"keys": list(held)})

    events = list(small(chance, call, answer, noted=noted))
    if chance.random() < 0.7:
        end, asked = events[-1].time, of({}) or None
        while (look := noted(chance))[0] != "stored":
            pass
        events.append(Event(len(events), NEMESIS, "info", *look, end))
        events.append(Event(len(events), 99, "invoke", "read", asked, end))
        events.append(Event(len(events), 99, "ok", "read", answer(chance, "read", asked), end))
    return tuple(event._replace(time=4 * _S * event.time) for event in events)


def plain(o: Operation) -> Any:
    """The key of an addition, or the keys of a read."""
    value = o.value
    return value.get("element", value.get("elements")) if isinstance(value, dict) else value


def name_of(value: Any) -> Any:
    return value.get("set") if isinstance(value, dict) else None


def defined(events: Sequence[Event], delay_s: float) -> set[str]:
    history = operations(events)
    reads = [o for o in history if o.f == "read" and o.outcome == "ok"]
    if not reads:
        return {"unknown"}
    read, name = reads[-1], name_of(reads[-1].invoke.value)
    looks = [e for e in events if e.f == "stored" and name_of(e.value) == name and e.index < read.invoke.index]
    if not looks:
        return {"unknown"}
    look = looks[-1]
    adds = [o for o in history if o.f == "add" and name_of(o.invoke.value) == name]
    of_keys = {key: [o for o in adds if plain(o) == key] for key in KEYS}
    found = {
        anomaly
        for key in KEYS
        for anomaly in of_key(of_keys[key], look, read, key in look.value["keys"], key in plain(read))
    }
    faults = [e.time for e in events if e.f == "kill" and e.index < look.index] or [look.time]
    late = faults[-1] - (delay_s + external_store.LATE_S) * _S
    lacking = [acks for key, of in of_keys.items() if key not in look.value["keys"] and (acks := before(of, look))]
    if any(not delay_s or min(ack.ended for ack in acks) < late for acks in lacking):
        found.add("not stored")
    if delay_s and not found and not lacking:
        return {"unknown"}
    return found


def before(adds: Sequence[Operation], look: Event) -> list[Operation]:
    return [o for o in adds if o.outcome == "ok" and ended(o) < look.index]


def of_key(adds: Sequence[Operation], look: Event, read: Operation, is_held: bool, is_back: bool) -> set[str]:
    possible = [o for o in adds if o.outcome != "fail"]
    could_be_held = any(o.invoke.index < look.index for o in possible)
    between = [o for o in possible if o.outcome == "info" or ended(o) > look.index]
    found = set()
    if is_held and could_be_held and not is_back:
        found.add("not back")
    if is_back and not is_held and before(adds, look) and not any(o.invoke.index < ended(read) for o in between):
        found.add("from nowhere")
    if (is_held and not could_be_held) or (is_back and not any(o.invoke.index < ended(read) for o in possible)):
        found.add("refused, yet there" if len(possible) < len(adds) else "unexpected")
    return found


def names(verdict: Verdict) -> set[str]:
    found = {anomaly.name for anomaly in verdict.anomalies}
    assert (verdict.validity is Validity.UNKNOWN) == (found == {"unknown"})
    return found


@pytest.mark.parametrize("delay_s", [0, 2, None])
def test_it_says_what_is_defined(delay_s: float | None) -> None:
    compare(
        history,
        lambda events: external_store.check(events, delay_s=delay_s),
        lambda events: defined(events, inf if delay_s is None else delay_s),
        seen=names,
        kinds=3,
    )


def test_what_a_write_through_map_may_do_is_never_found_wrong() -> None:
    """It holds what the store holds: looking into the store is another read of one set."""

    def apply(state: frozenset[str], o: Operation) -> Iterator[frozenset[str]]:
        if o.f == "add":
            yield state if o.outcome == "fail" else state | {o.invoke.value}
        elif o.outcome != "ok" or sorted(state) == sorted(o.value):
            yield state

    def with_looks(events: Sequence[Event]) -> list[Event]:
        """Each look as an operation that takes no time."""
        found: list[Event] = []
        for event in (event for event in events if event.f != "kill"):
            keys = event.value["keys"] if event.f == "stored" else event.value
            types: list[Type] = ["invoke", "ok"] if event.f == "stored" else [event.type]
            process = 98 if event.f == "stored" else event.process
            for type_ in types:
                found.append(Event(len(found), process, type_, event.f, keys, event.time))
        return found

    def is_right(events: Sequence[Event]) -> bool:
        is_wrong = external_store.check(events).validity is Validity.INVALID
        return not (is_wrong and explained(with_looks(events), frozenset(), apply))

    compare(lambda chance: history(chance, maps=[None]), external_store.check, is_right, seen=lambda _: True, kinds=3)
