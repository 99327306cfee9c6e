"""Clients of a Hazelcast set, ids, a counter and a queue, and members that serve them, with one known bug each."""

from __future__ import annotations

from typing import Any

import pytest

from harness.servers.hazelcast.spec import NO_BACKUP, SPLITS
from harness.servers.hazelcast.workloads import counters, ids, queues, sets
from harness.servers.hazelcast.workloads.maps import NewMap
from tests.zoo.mutant import Mutant, Patch

_SET = "test_hazelcast_structures.py::test_a_majority_keeps_a_set_whoever_is_lost"
_IDS = "test_hazelcast_structures.py::test_no_id_is_given_out_twice_whoever_is_lost"
_COUNTER = "test_hazelcast_structures.py::test_a_majority_counts_right_whoever_is_lost"
_QUEUE = "test_hazelcast_structures.py::test_a_majority_keeps_a_queue_whoever_is_lost"
_RANDOM_COUNTER = "test_random_plans.py::test_a_counter_counts_right_whatever_befalls_its_members[seed 1]"
_RANDOM_QUEUE = "test_random_plans.py::test_a_queue_keeps_what_it_acknowledged_whatever_befalls_its_members[seed 1]"


def _served_by_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    right = sets.Elements.__init__

    def without(self: Any, system: Any) -> None:
        right(self, system)
        self.name = self.name.removeprefix(SPLITS["refused"])

    monkeypatch.setattr(sets.Elements, "__init__", without)


def _not_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "_add", lambda elements, value, operation: operation.ok(value))


def _counting(monkeypatch: pytest.MonkeyPatch) -> None:
    def at(self: Any, hazelcast: Any, recorder: Any, choice: Any) -> Any:
        counted = iter(range(10**6))
        return lambda: recorder.do("generate", None, lambda operation: operation.ok(next(counted)))

    monkeypatch.setattr(ids.Ids, "at", at)


def _counting_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "NewMap", lambda system, what, split: NewMap(system, what))


def _not_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    def increment(entries: Any, key: str, seen: int, operation: Any) -> None:
        entries.replace_if_same(key, seen, seen + 1)
        operation.ok(1)

    monkeypatch.setattr(counters, "_increment", increment)


def _trying_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def increment(entries: Any, key: str, seen: int, operation: Any) -> None:
        if right := entries.replace_if_same(key, seen, seen + 1):
            entries.replace_if_same(key, seen + 1, seen + 2)
        operation.ok(1) if right else operation.fail("it has another value")

    monkeypatch.setattr(counters, "_increment", increment)


def _named(begins: str) -> Patch:
    """Queues have names that begin with this, not with what a majority alone serves."""
    right = queues.Queue.__init__

    def named(self: Any, system: Any) -> None:
        right(self, system)
        self.name = begins + self.name.removeprefix(SPLITS["refused"])

    return lambda monkeypatch: monkeypatch.setattr(queues.Queue, "__init__", named)


def _giving_back(monkeypatch: pytest.MonkeyPatch) -> None:
    right, given_back = queues._take, set[int]()

    def take(queue: Any, operation: Any) -> None:
        right(_GivingBack(queue, given_back), operation)

    monkeypatch.setattr(queues, "_take", take)


class _GivingBack:
    """A queue whose client puts each tenth item back that it took, once."""

    def __init__(self, queue: Any, given_back: set[int]) -> None:
        self._queue, self._given_back = queue, given_back

    def poll(self) -> int | None:
        item: int | None = self._queue.poll()
        if item and not item % 10 and item not in self._given_back:
            self._given_back.add(item)
            self._queue.offer(item)
        return item


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        name="set_that_any_member_serves",
        wrong="The set is served by every member, however few are left, not by a majority alone.",
        promise="harness.servers.hazelcast.workloads.sets: a set that a majority alone serves",
        patch=_served_by_anybody,
        seen={f"{_SET}[isolate]": "(lost|stale)"},
    ),
    Mutant(
        name="additions_that_nobody_is_asked_for",
        wrong="An addition to the set is acknowledged, and never made.",
        promise="harness.checkers.set_full: every element whose addition was acknowledged is there",
        patch=_not_asking,
        seen={f"{_SET}[kill]": "(lost|load)"},
    ),
    Mutant(
        name="ids_of_each_client",
        wrong="Each client counts by itself, so that two give out the same id.",
        promise="Hazelcast Platform Reference Manual, Flake ID Generator: ids are cluster-wide unique",
        patch=_counting,
        seen={f"{_IDS}[{fault}]": "duplicated" for fault in ("kill", "isolate")},
    ),
    Mutant(
        name="counter_that_any_member_serves",
        wrong="The counter is served by both sides of a split, not by a majority alone.",
        promise="docs/decisions/0014: who is cut off from a majority answers nothing",
        patch=_counting_on_both_sides,
        seen={f"{_COUNTER}[isolate]": "lost update"},
    ),
    Mutant(
        name="increments_that_count_whatever_comes",
        wrong="An increment counts, whether the value that was read was still there or not.",
        promise="Hazelcast, IMap.replace(key, oldValue, newValue): replaces only if it is mapped to the old value",
        patch=_not_looking,
        seen={f"{_COUNTER}[kill]": "lost update", _RANDOM_COUNTER: "lost update"},
    ),
    Mutant(
        name="increments_that_are_tried_again",
        wrong="A client that was answered tries the same increment again, as if the answer had been lost.",
        promise="harness.servers.hazelcast.workloads.counters: each attempt to replace is an operation of its own",
        patch=_trying_again,
        seen={f"{_COUNTER}[kill]": "counted twice"},
    ),
    Mutant(
        name="queue_that_any_member_serves",
        wrong="The queue is served by both sides of a split, not by a majority alone.",
        promise="docs/decisions/0014: who is cut off from a majority answers nothing",
        patch=_named(""),
        seen={f"{_QUEUE}[isolate]": "(duplicated|lost)"},
    ),
    Mutant(
        name="queue_under_load_without_backup",
        wrong="The queue that clients of every member use has no backup.",
        promise="harness.servers.hazelcast.spec: only queues whose name begins with no-backup- have no backup",
        patch=_named(NO_BACKUP),
        seen={f"{_QUEUE}[kill]": "lost"},
    ),
    Mutant(
        name="takes_that_give_back",
        wrong="A client that took an item puts it back into the queue, as if nobody had got it.",
        promise="harness.checkers.bounded_queue: each item comes out once",
        patch=_giving_back,
        seen={f"{_QUEUE}[kill]": "duplicated", _RANDOM_QUEUE: "duplicated"},
    ),
)
