"""Which mutants run with which scenarios: in order, in even parts, and a slice for every day."""

import datetime

import pytest

from harness.errors import BadInputError
from tests.zoo.mutant import Mutant, named
from tests.zoo.mutants import MUTANTS
from tests.zoo.plan import SLICE_S, durations, pairs, shares, slice_of

ALL = list(MUTANTS.values())
DAY = datetime.date(2026, 11, 29)


def made(name: str, *scenarios: str, survives: str = "") -> Mutant:
    return Mutant(name=name, wrong="", promise="", seen=dict.fromkeys(scenarios, "lost"), survives=survives)


def test_a_mutant_is_tried_with_its_own_scenarios_first_and_then_with_all_others() -> None:
    found = pairs([made("one", "b", "a")], done={("one", "b")}, more=["a", "c"])
    assert found == [("one", "a"), ("one", "c")]


def test_each_mutant_is_in_one_share_with_all_that_is_to_be_tried() -> None:
    plan = pairs(ALL)
    parts = shares(plan, MUTANTS, 3)
    assert sorted(pair for part in parts for pair in part) == sorted(plan)
    homes = [{mutant for mutant, _ in part} for part in parts]
    assert len(homes) == 3
    assert not homes[0] & homes[1] | homes[1] & homes[2] | homes[0] & homes[2]


def test_a_slice_is_the_same_all_day_and_fits() -> None:
    took = durations()
    for days in range(len(ALL)):
        day = DAY + datetime.timedelta(days)
        chosen = slice_of(ALL, day, took)
        assert chosen == slice_of(ALL, day, took)
        assert len(chosen) == 1 or sum(took.get(next(iter(mutant.seen)), 0) for mutant in chosen) < SLICE_S


def test_every_mutant_has_its_day() -> None:
    first = {slice_of(ALL, DAY + datetime.timedelta(days), durations())[0].name for days in range(len(ALL))}
    assert first == {mutant.name for mutant in ALL if not mutant.survives}


def test_a_slice_has_none_that_is_known_to_survive() -> None:
    assert slice_of([made("one", "a", survives="nobody looks"), made("two", "a")], DAY, {}) == [made("two", "a")]


def test_an_unknown_name_is_refused_with_those_that_are_meant() -> None:
    with pytest.raises(BadInputError, match=r"there is no mutant 'config_x'; there are config_.*") as caught:
        named(MUTANTS, ["config_x"])
    assert "facade" not in str(caught.value)
    assert named(MUTANTS, []) == ALL
