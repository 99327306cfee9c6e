"""A slice that begins with what the backend can't run goes on to what it can."""

import datetime
from collections.abc import Sequence
from pathlib import Path

from tests.zoo.daily import run_slice
from tests.zoo.mutant import Mutant
from tests.zoo.plan import Pair, pairs
from tests.zoo.results import GREEN, RED, SKIPPED, Result, Results, append

MUTANTS = {
    name: Mutant(name=name, wrong="", promise="", seen={f"test_{name}.py::test_it": "lost"})
    for name in ("one", "two", "three")
}
PLAN = pairs(MUTANTS.values())
#: The day of the first pair.
DAY = datetime.date.fromordinal(3 * 246000)


def tries(path: Path, *, without: Sequence[Pair]) -> tuple[list[Pair], list[list[Pair]]]:
    """The slice, and what was tried one after the other, by a backend that can't run some pairs."""
    results, tried = Results(path, "abc"), []

    def run(plan: Sequence[Pair]) -> None:
        tried.append(list(plan))
        for pair in plan:
            append(path, Result(*pair, SKIPPED if pair in without else RED, "lost", 1.0))

    return run_slice(PLAN, MUTANTS, DAY, results, run), tried


def test_what_is_skipped_leaves_its_place_to_the_next(tmp_path: Path) -> None:
    first, second, third = PLAN
    assert tries(tmp_path / "1", without=[]) == ([first], [[first]])
    assert tries(tmp_path / "2", without=[first]) == ([second], [[first], [second]])
    assert tries(tmp_path / "3", without=[first, second]) == ([third], [[first], [second], [third]])
    assert tries(tmp_path / "4", without=PLAN) == ([], [[first], [second], [third], []])


def test_what_another_backend_skipped_has_its_turn(tmp_path: Path) -> None:
    path = Results(tmp_path / "1", "abc").path
    append(path, Result(*PLAN[0], SKIPPED, "can't isolate", 0.1))
    assert tries(path, without=[]) == ([PLAN[0]], [[PLAN[0]]])


def test_what_has_a_result_is_not_run_again(tmp_path: Path) -> None:
    path = Results(tmp_path / "1", "abc").path
    append(path, Result(*PLAN[0], GREEN, "", 1.0))
    assert tries(path, without=[]) == ([PLAN[0]], [[]])
