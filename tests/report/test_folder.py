"""The report folder holds the newest run and nothing else, and two runs don't write into each other's."""

from pathlib import Path

import pytest

from harness.errors import BadInputError
from harness.report.folder import ReportFolder


def test_the_next_run_empties_it_but_for_the_readme(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("what is here")
    folder = ReportFolder(tmp_path)
    folder.history("test_x.py::test_y[10]").write_text("{}")
    folder.close()
    ReportFolder(tmp_path).close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "README.md"]


def test_a_second_run_writes_beside_the_first_and_is_not_emptied_by_a_third(tmp_path: Path) -> None:
    first = ReportFolder(tmp_path)
    second = ReportFolder(tmp_path)
    second.junit.write_text("<testsuites/>")
    assert second.path.parent == first.path
    first.close()
    third = ReportFolder(tmp_path)
    assert third.path == tmp_path
    assert second.junit.exists()
    second.close()
    third.close()


def test_a_scenario_becomes_a_file_name(tmp_path: Path) -> None:
    folder = ReportFolder(tmp_path)
    assert folder.history("test_x.py::test_y[10-as it is]").name == "test_x.py-test_y-10-as-it-is.jsonl"
    folder.close()


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError, match=r"--reports .*file can't be written \(File exists\); give another folder"):
        ReportFolder(tmp_path / "file")
