"""Clients of a Hazelcast set and of a generator of ids, and members that serve them, with one known bug each."""

from __future__ import annotations

from typing import Any

import pytest

from harness.servers.hazelcast.spec import SPLITS
from harness.servers.hazelcast.workloads import ids, sets
from tests.zoo.mutant import Mutant

_SET = "test_hazelcast_structures.py::test_a_majority_keeps_a_set_whoever_is_lost"
_IDS = "test_hazelcast_structures.py::test_no_id_is_given_out_twice_whoever_is_lost"


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
)
