"""What the zoo found is kept for the commit that it is of, also when a run was cut short."""

from pathlib import Path

import pytest

from harness.errors import BadInputError
from tests.zoo.results import ERROR, GREEN, RED, SKIPPED, Result, Results, append

SEEN = Result("facade_x", "test_a.py::test_b[1]", RED, "lost", 7.5, ("lost: Never queued.",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "zoo.jsonl"


def test_a_run_of_the_same_commit_goes_on(path: Path) -> None:
    Results(path, "abc")
    append(path, SEEN)
    assert Results(path, "abc").all == [SEEN]


def test_what_was_run_twice_counts_as_it_ended_the_second_time(path: Path) -> None:
    Results(path, "abc")
    append(path, Result(SEEN.mutant, SEEN.scenario, GREEN, "", 1.0))
    append(path, SEEN)
    assert Results(path, "abc").all == [SEEN]


@pytest.mark.parametrize(("colour", "done"), [(GREEN, True), (RED, True), (ERROR, False), (SKIPPED, False)])
def test_what_is_not_done_is_tried_again_by_another_backend_for_one(path: Path, colour: str, done: bool) -> None:
    results = Results(path, "abc")
    append(path, Result(*SEEN.pair, colour, "the process backend can't isolate", 0.1))
    assert results.open([SEEN.pair, ("other", "a")]) == [*([] if done else [SEEN.pair]), ("other", "a")]


def test_a_line_that_a_run_did_not_finish_is_left_out(path: Path) -> None:
    Results(path, "abc")
    append(path, SEEN)
    path.write_text(path.read_text() + '{"mutant": "facade')
    assert Results(path, "abc").all == [SEEN]
    append(path, SEEN)
    assert Results(path, "abc").all == [SEEN]


def test_results_of_another_commit_are_refused_unless_they_may_go(path: Path) -> None:
    Results(path, "abc")
    append(path, SEEN)
    with pytest.raises(BadInputError, match=r"is of commit abc, and this is def.*--fresh"):
        Results(path, "def")
    assert Results(path, "def", fresh=True).all == []


@pytest.mark.parametrize("text", ["", "no JSON\n", "[1]\n", '{"mutant": "facade_x"}\n', '"abc"\n'])
def test_another_file_is_refused(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(BadInputError, match=r"zoo\.jsonl"):
        Results(path, "abc")
