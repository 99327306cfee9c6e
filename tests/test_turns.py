"""All that has turns has one of them, with what it shares servers with, and a file that is gone has none."""

from pathlib import Path

import pytest

from tests import turns

ROOT = Path(__file__).parents[1]
IN_TURNS = sorted(turns.SELDOM | turns.SOMETIMES)


@pytest.mark.parametrize("place", range(2 * turns.TURNS))
def test_each_test_has_one_turn_of_a_round(place: int) -> None:
    for file in IN_TURNS:
        assert sum(turns.is_its_turn(file, place, turn=turn) for turn in range(7, 7 + turns.TURNS)) == 1


def test_what_shares_servers_has_its_turn_together() -> None:
    files = [file for file in IN_TURNS if turns.shared(file) == turns.shared("tests/clusters/test_views.py")]
    assert len(files) > 1
    for turn in range(turns.TURNS):
        assert len({turns.is_its_turn(file, 0, turn=turn) for file in files}) == 1


def test_every_file_that_is_named_is_there() -> None:
    named = {*IN_TURNS, *turns.NIGHTLY, *(unit for unit in turns.SECONDS if unit.startswith("tests/"))}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
