"""Which mutants run with which scenarios: in even parts, and a slice for every day."""

import datetime

import pytest

from harness.errors import BadInputError
from tests.zoo.mutant import Mutant, named
from tests.zoo.mutants import MUTANTS
from tests.zoo.plan import SLICE_S, durations, pairs, shares, slice_of

ALL = list(MUTANTS.values())
PLAN = pairs(ALL)
DAY = datetime.date(2026, 11, 29)


def made(name: str, *scenarios: str, survives: str = "") -> Mutant:
    return Mutant(name=name, wrong="", promise="", seen=dict.fromkeys(scenarios, "lost"), survives=survives)


def test_a_mutant_is_tried_with_each_of_its_scenarios() -> None:
    assert pairs([made("one", "b", "a"), made("two", "a")]) == [("one", "b"), ("one", "a"), ("two", "a")]


def test_each_mutant_is_in_one_share_with_all_that_is_to_be_tried() -> None:
    parts = shares(PLAN, MUTANTS, 3)
    assert sorted(pair for part in parts for pair in part) == sorted(PLAN)
    homes = [{mutant for mutant, _ in part} for part in parts]
    assert len(homes) == 3
    assert not homes[0] & homes[1] | homes[1] & homes[2] | homes[0] & homes[2]


def test_a_slice_is_the_same_all_day_and_fits() -> None:
    took = durations()
    for days in range(len(PLAN)):
        day = DAY + datetime.timedelta(days)
        chosen = slice_of(PLAN, MUTANTS, day, took)
        assert chosen == slice_of(PLAN, MUTANTS, day, took)
        assert len(chosen) == 1 or sum(took.get(scenario, 0) for _, scenario in chosen) < SLICE_S


def test_every_pair_has_its_day() -> None:
    took = durations()
    first = {slice_of(PLAN, MUTANTS, DAY + datetime.timedelta(days), took)[0] for days in range(len(PLAN))}
    assert first == {(name, scenario) for name, scenario in PLAN if not MUTANTS[name].survives}


def test_a_slice_has_none_that_is_known_to_survive() -> None:
    mutants = {"one": made("one", "a", survives="nobody looks"), "two": made("two", "a")}
    assert slice_of(pairs(mutants.values()), mutants, DAY, {}) == [("two", "a")]


def test_where_a_backend_is_unable_the_next_pair_has_its_day() -> None:
    mutants = {name: made(name, scenario) for name, scenario in (("one", "a"), ("two", "b"), ("three", "c"))}
    plan = pairs(mutants.values())
    days = [DAY + datetime.timedelta(days) for days in range(3)]
    assert {tuple(slice_of(plan, mutants, day, {}, [("two", "b")])) for day in days} == {
        (("one", "a"),),
        (("three", "c"),),
    }
    assert slice_of(plan, mutants, DAY, {}, plan) == []


def test_an_unknown_name_is_refused_with_those_that_are_meant() -> None:
    with pytest.raises(BadInputError, match=r"there is no mutant 'config_x'; there are config_.*") as caught:
        named(MUTANTS, ["config_x"])
    assert "facade" not in str(caught.value)
    assert named(MUTANTS, []) == ALL
