"""Clients of a Hazelcast map's registers with one known bug each."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hazelcast.errors import SplitBrainProtectionError

from harness.servers.hazelcast.workloads import registers, working
from tests.zoo.mutant import Mutant

_SERVED = "test_hazelcast_registers.py::test_a_majority_serves_registers_whoever_is_lost"
_HALVES = "test_hazelcast_registers.py::test_a_split_into_halves_has_no_majority_and_keeps_registers"
_UNDONE = "test_hazelcast_registers.py::test_a_write_whose_backup_never_comes_is_shown_and_undone"
_CLOCK = "test_hazelcast_clocks.py::test_an_owner_with_the_wrong_time_keeps_registers"
_SPLIT = "test_hazelcast_registers.py::test_without_a_majority_both_sides_of_a_split_serve_registers"


def _not_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    def replace(self: Any, key: str, old: int) -> bool:
        new = next(self._values)

        def done(operation: Any) -> None:
            self._entries.replace_if_same(key, old, new)
            operation.ok([key, [old, new]])

        return bool(self._do("cas", [key, [old, new]], done))

    monkeypatch.setattr(registers._At, "_replace", replace)


def _served_by_any(monkeypatch: pytest.MonkeyPatch) -> None:
    right = registers.Registers.__init__
    monkeypatch.setattr(
        registers.Registers, "__init__", lambda self, system, **more: right(self, system, **{**more, "split": "kept"})
    )


def _served_by_a_majority(monkeypatch: pytest.MonkeyPatch) -> None:
    right = registers.Registers.__init__
    monkeypatch.setattr(registers.Registers, "__init__", lambda self, system, **_: right(self, system))


def _never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registers.Registers, "_writes", lambda self, number: False)


def _refusing_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    right, closed_again = working.Recorder.do, [0.0]

    def refused(_: Any) -> None:
        raise SplitBrainProtectionError("the circuit breaker is open")

    def do(self: Any, f: str, value: Any, action: Any) -> bool:
        if time.monotonic() < closed_again[0]:
            time.sleep(0.1)
            right(self, f, value, refused)
            return True
        if not (answered := right(self, f, value, action)) and not closed_again[0]:
            closed_again[0] = time.monotonic() + 45
        return answered

    monkeypatch.setattr(working.Recorder, "do", do)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        name="registers_that_any_member_serves",
        wrong="Registers that a majority alone should serve are served by both sides of a split.",
        promise="docs/decisions/0014: who is cut off from a majority answers nothing",
        patch=_served_by_any,
        seen={_HALVES: "not linearizable"},
    ),
    Mutant(
        name="replacements_that_count_whatever_comes",
        wrong="A replacement counts, whether the old value was there or not.",
        promise="Hazelcast, IMap.replace(key, oldValue, newValue): replaces only if it is mapped to the old value",
        patch=_not_looking,
        seen={
            **{f"{_SERVED}[{fault}]": "not linearizable" for fault in ("kill", "stop", "pause", "isolate")},
            **{f"{_CLOCK}[{wrong}]": "not linearizable" for wrong in ("ahead", "behind")},
            "test_hazelcast_registers.py::test_registers_survive_a_rolling_restart": "not linearizable",
            "test_random_plans.py::test_registers_are_registers_whatever_befalls_their_members[seed 1]": (
                "not linearizable"
            ),
        },
    ),
    Mutant(
        name="clients_that_give_up_for_long",
        wrong="Clients with a circuit breaker that stays open for 45 s: after one has lost its member, all refuse.",
        promise="harness/bounds.py: how long nothing may succeed, whichever node is lost",
        patch=_refusing_for_long,
        seen={f"{_SERVED}[kill]": "unavailable too long"},
    ),
    Mutant(
        name="registers_that_a_majority_serves",
        wrong="Registers that both sides of a split should serve are served by a majority alone.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_served_by_a_majority,
        seen={_SPLIT: "not as expected"},
    ),
    Mutant(
        name="registers_that_nobody_writes",
        wrong="Registers that a member should be given writes of get none.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_never_written,
        seen={_UNDONE: "not as expected"},
    ),
)
