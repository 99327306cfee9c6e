"""The times of the last runs: added by each, cut by the next one, and never more than twenty of a kind."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report import last_runs
from harness.report.folder import ReportFolder
from harness.report.last_runs import NAME, RUNS, Ran, add, cut, last

ONE, OTHER = Ran("test_x.py::test_y[1]", "process", "fast"), Ran("test_x.py::test_y[1]", "docker", "fast")


def test_only_runs_of_the_same_backend_and_timings_are_compared(tmp_path: Path) -> None:
    add(tmp_path, ONE, {"leader": 2.5})
    add(tmp_path, OTHER, {"leader": 3.5})
    add(tmp_path, Ran(ONE.scenario, ONE.backend, "vendor"), {"leader": 9})
    assert last(tmp_path, ONE) == [{"leader": 2.5}]
    assert last(tmp_path, Ran("another", "process", "fast")) == []


def test_without_a_file_there_were_no_runs(tmp_path: Path) -> None:
    assert last(tmp_path, ONE) == []
    cut(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_next_run_cuts_what_is_older_than_twenty_and_keeps_the_order(tmp_path: Path) -> None:
    ReportFolder(tmp_path).close()
    for number in range(RUNS + 5):
        add(tmp_path, ONE, {"leader": number})
        add(tmp_path, OTHER, {"leader": -number}) if number < 2 else None
    before = last(tmp_path, ONE)
    assert [run["leader"] for run in before] == list(range(5, RUNS + 5))
    ReportFolder(tmp_path).close()
    assert len((tmp_path / NAME).read_text().splitlines()) == RUNS + 2
    assert (last(tmp_path, ONE), last(tmp_path, OTHER)) == (before, [{"leader": 0}, {"leader": -1}])


@given(runs=st.lists(st.sampled_from([ONE, OTHER]), max_size=60))
def test_cutting_changes_nothing_of_what_is_told(runs: list[Ran], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("reports")
    for number, ran in enumerate(runs):
        add(folder, ran, {"leader": number})
    told = [last(folder, ran) for ran in (ONE, OTHER)]
    cut(folder)
    assert [last(folder, ran) for ran in (ONE, OTHER)] == told
    assert sum(map(len, told)) == len((folder / NAME).read_text().splitlines() if runs else [])


@pytest.mark.parametrize("line", ["", "{", "null", "[]", '{"scenario": "x"}', json.dumps({**vars(ONE), "seconds": 3})])
def test_what_is_no_line_of_ours_is_left_out(tmp_path: Path, line: str) -> None:
    (tmp_path / NAME).write_text(f"{line}\n")
    add(tmp_path, ONE, {"leader": 1})
    assert last(tmp_path, ONE) == [{"leader": 1}]
    cut(tmp_path)
    assert len((tmp_path / NAME).read_text().splitlines()) == 1


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.tex"
    thesis.write_text("years")
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / last_runs.NAME).symlink_to(thesis)
    cut(folder)
    with pytest.raises(OSError, match="recovery"):
        add(folder, ONE, {"leader": 1})
    assert thesis.read_text() == "years"
