"""Transactions: the checker says of small histories what trying all orders says, and names the cycles in them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise, permutations
from typing import Any

from harness.checkers import Validity, Verdict, cycles
from harness.events import Event, Operation, operations
from tests.checkers.small import compare, small

Micros = Sequence[Sequence[Any]]


def history(chance: random.Random) -> tuple[Event, ...]:
    """Up to five transactions on one list or two, whose reads are often what a serial run would have returned."""
    keys: list[Any] = chance.choice([["x"], ["x", "y"], ["x", "y"], [1, True]])
    # What a list may have held at some time.
    lists: dict[str, list[Any]] = {json.dumps(key): [] for key in keys}
    elements: Iterator[Any] = iter([1, True, "1", 1.0, *range(2, 40)])
    distinct = chance.random() < 0.95

    def call(chance: random.Random) -> tuple[str, Any]:
        micros = [_micro(chance, keys, elements, distinct=distinct) for _ in range(chance.choice([1, 2, 2, 3]))]
        for f, key, element in micros:
            if f == "append" and chance.random() < 0.8:
                held = lists[json.dumps(key)]
                held.insert(len(held) if chance.random() < 0.8 else chance.randint(0, len(held)), element)
        return "txn", micros

    def answer(chance: random.Random, f: str, value: Any) -> Any:
        return [_answered(chance, value, place, lists[json.dumps(value[place][1])]) for place in range(len(value))]

    return small(chance, call, answer, most=5)


def _micro(chance: random.Random, keys: Sequence[Any], elements: Iterator[Any], *, distinct: bool) -> list[Any]:
    if chance.random() < 0.5:
        return ["r", chance.choice(keys), None]
    return ["append", chance.choice(keys), next(elements) if distinct else chance.randint(1, 3)]


def _answered(chance: random.Random, micros: Micros, place: int, held: list[Any]) -> list[Any]:
    """The answer to one of these micro-operations, of a list that may have held this."""
    f, key, element = micros[place]
    if f == "append":
        return [f, key, element]
    ids = list(map(json.dumps, held))
    own = [(at < place, ids.index(json.dumps(one[2]))) for at, one in enumerate(micros) if _is_in(one, key, ids)]
    least = max([at + 1 for is_before, at in own if is_before], default=0)
    most = min([at for is_before, at in own if not is_before], default=len(held))
    likely = least if own and least else most
    read = held[: likely if chance.random() < 0.7 else chance.randint(0, len(held))]
    if chance.random() < 0.05:
        chance.shuffle(read)
    if chance.random() < 0.02:
        read = [*read, "nobody's"]
    return [f, key, read if read or chance.random() < 0.5 else None]


def _is_in(micro: Sequence[Any], key: Any, ids: Sequence[str]) -> bool:
    """Whether it appends one of these to that list."""
    return micro[0] == "append" and json.dumps(micro[1]) == json.dumps(key) and json.dumps(micro[2]) in ids


def defined(events: tuple[Event, ...]) -> Validity:
    """Whether there is a serial order of all that succeeded and some of what may have, that returns what was read."""
    history = operations(events)
    sure = [o.value for o in history if o.outcome == "ok"]
    perhaps = [o.value for o in history if o.outcome == "info"]
    appended = [json.dumps(m[1:]) for o in history if o.outcome != "fail" for m in o.value if m[0] == "append"]
    if not any(f == "r" for micros in sure for f, *_ in micros) or len(set(appended)) < len(appended):
        return Validity.UNKNOWN
    return Validity.VALID if any(_runs(order) for order in _orders(sure, perhaps)) else Validity.INVALID


def _orders(sure: Sequence[Micros], perhaps: Sequence[Micros]) -> Iterator[Iterable[tuple[Micros, bool]]]:
    """All orders of the first and any of the second, each with whether it is known what it read."""
    known = [(one, True) for one in sure]
    for count in range(len(perhaps) + 1):
        for some in combinations(perhaps, count):
            yield from permutations([*known, *((one, False) for one in some)])


def _runs(order: Iterable[tuple[Micros, bool]]) -> bool:
    """Whether a serial run in this order returns what was read; of some it is not known what they read."""
    lists: dict[str, list[str]] = {}
    for micros, is_known in order:
        for f, key, value in micros:
            held = lists.setdefault(json.dumps(key), [])
            if f == "append":
                held.append(json.dumps(value))
            elif is_known and held != list(map(json.dumps, value or ())):
                return False
    return True


def test_it_says_what_is_defined() -> None:
    compare(history, cycles.check, defined, kinds=3)


def read_to_the_end(chance: random.Random) -> tuple[Event, ...]:
    """Transactions that all succeed and read what the lists have held at some time, and one that reads all of them."""
    lists: dict[str, list[int]] = {"x": [], "y": []}
    transactions: list[list[list[Any]]] = [[] for _ in range(chance.randint(2, 4))]
    for micros in transactions:
        for key in chance.sample("xy", chance.randint(1, 2)):
            held = lists[key]
            micros += [["r", key, None]] if chance.random() < 0.6 else []
            if chance.random() < 0.6:
                element = len(held) + 1
                held.insert(chance.choice([len(held), chance.randint(0, len(held))]), element)
                micros.append(["append", key, element])
    for micros in transactions:
        own = {key: lists[key].index(element) for f, key, element in micros if f == "append"}
        for micro in micros:
            if micro[0] == "r":
                most = own.get(micro[1], len(lists[micro[1]]))
                micro[2] = lists[micro[1]][: chance.randint(0, most)]
    transactions.append([["r", key, held] for key, held in lists.items()])
    events: list[Event] = []
    for process, micros in enumerate(transactions):
        for type_ in ("invoke", "ok"):
            events.append(Event(len(events), process, type_, "txn", micros, len(events)))
    return tuple(events)


def named(events: tuple[Event, ...]) -> frozenset[str]:
    """The names of all simple cycles of dependencies, by their definitions, in lists whose orders are known."""
    history = [o for o in operations(events) if o.value]
    *_, last = history
    orders = {key: held for _, key, held in last.value}
    edges = permutations(range(len(history)), 2)
    kinds = {(one, other): strictest(history[one], history[other], orders) for one, other in edges}
    found = set()
    for count in range(2, len(history) + 1):
        for cycle in permutations(range(len(history)), count):
            steps = [kinds[edge] for edge in pairwise([*cycle, cycle[0]])]
            if None not in steps:
                found.add(name(steps))
    return frozenset(found)


def name(steps: Sequence[str | None]) -> str:
    if "rw" in steps:
        return "G-single" if steps.count("rw") == 1 else "G2-item"
    return "G1c" if "wr" in steps else "G0"


def strictest(one: Operation, other: Operation, orders: Mapping[str, Sequence[int]]) -> str | None:
    """Why one has to come before the other, if it does."""
    places = {(f, key, value if f == "append" else len(value)) for f, key, value in one.value}
    found = set()
    for f, key, value in other.value:
        if f == "append":
            before = orders[key].index(value)
            if before and ("append", key, orders[key][before - 1]) in places:
                found.add("ww")
            if ("r", key, before) in places:
                found.add("rw")
        elif value and ("append", key, value[-1]) in places:
            found.add("wr")
    return min(found, key=["ww", "wr", "rw"].index, default=None)


def without_the_last(found: frozenset[str]) -> frozenset[str]:
    """Those names; the last only where it is alone, as it is told only where there is no other."""
    return found - {"G2-item"} or found


def test_the_cycles_that_are_there_are_named() -> None:
    def seen(verdict: Verdict) -> frozenset[str]:
        cyclic = {"G0", "G1c", "G-single", "G2-item"}
        return without_the_last(frozenset(anomaly.name for anomaly in verdict.anomalies) & cyclic)

    compare(read_to_the_end, cycles.check, lambda events: without_the_last(named(events)), seen=seen)
