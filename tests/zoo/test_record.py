"""The page's matrix has each mutant with each of its scenarios once, as it was last seen."""

import json
from pathlib import Path

import pytest

from harness.errors import BadInputError
from tests.zoo.mutant import Mutant
from tests.zoo.plan import pairs
from tests.zoo.record import PAGE, missing, row, rows_of, with_rows
from tests.zoo.results import RED, Result, read

ONE, OTHER = "test_a.py::test_one[x-1]", "test_b.py::test_two"
MUTANTS = [Mutant(name=name, wrong=f"{name} is wrong.", promise="", seen={ONE: "lost", OTHER: "lost"}) for name in "ab"]
PLAN = pairs(MUTANTS)


def of(mutant: Mutant, scenario: str, words: str = "lost", seen_at: str = "1234567") -> str:
    return row(mutant, Result(mutant.name, scenario, RED, words, 1.0), seen_at)


def page(*rows: str, count: str = "0 mutants, 0 times") -> str:
    head = "| mutant | what is wrong | scenario | says | fate | seen at |\n|---|---|---|---|---|---|\n"
    return f"Before | that.\n\n{count} in a scenario: each was caught.\n\n{head}{''.join(rows)}\nAfter.\n"


def test_what_was_seen_again_takes_the_place_of_what_was_seen_before() -> None:
    a, b = MUTANTS
    before = page(of(a, ONE), of(b, ONE))
    after = with_rows(before, {("b", ONE): of(b, ONE, "lost, doubled", "7654321")}, PLAN)
    assert after == page(of(a, ONE), of(b, ONE, "lost, doubled", "7654321"), count="2 mutants, 2 times")


def test_what_has_no_row_gets_one_in_its_place_and_what_is_no_more_goes() -> None:
    a, b = MUTANTS
    gone = row(a, Result("a", "test_a.py::test_that_was_renamed", RED, "lost", 1.0), "1234567")
    before = page(gone, of(b, OTHER))
    assert missing(before, PLAN) == [("a", ONE), ("a", OTHER), ("b", ONE)]
    after = with_rows(before, {("a", OTHER): of(a, OTHER)}, PLAN)
    assert after == page(of(a, OTHER), of(b, OTHER), count="2 mutants, 2 times")


def test_a_row_is_one_cell_whatever_a_scenario_says() -> None:
    assert " | assertion: a/b | " in of(MUTANTS[0], ONE, "assertion: a|b")
    assert of(MUTANTS[0], ONE, "assertion: " + "long " * 100).count("...") == 1


def test_a_page_without_a_matrix_is_refused() -> None:
    with pytest.raises(BadInputError, match=r"zoo.md has no matrix: expected a sentence of how many"):
        with_rows("# The zoo\n", {}, PLAN)


def test_the_page_has_a_matrix_in_which_nothing_stands_twice() -> None:
    text = PAGE.read_text()
    assert len(rows_of(text)) == text.count(" | caught | ")
    assert with_rows(text, {}, list(rows_of(text))) == text


def test_results_are_read_with_the_commit_that_they_are_of(tmp_path: Path) -> None:
    path = tmp_path / "zoo.jsonl"
    path.write_text(json.dumps({"commit": "abc"}) + "\n")
    assert read(path) == ("abc", [])
    path.write_text("[]\n")
    with pytest.raises(BadInputError, match="is no file of the zoo's results"):
        read(path)
