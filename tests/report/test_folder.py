"""The report folder holds the newest run, no two runs write into one, and nothing of a stranger's is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.errors import BadInputError
from harness.report import html
from harness.report.folder import MARKER, ReportFolder
from harness.servers.hazelcast.telling import LOCKS
from tests.running import ROOT, run

_REFUSED = "and is not marked as ours"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def taken(path: Path) -> ReportFolder:
    """A folder that a run has written to and left."""
    folder = ReportFolder(path)
    folder.history("test_x.py::test_y[10]").write_text("{}")
    (folder.logs("test_x.py::test_y[10]") / "kafka-1.log").write_text("started")
    folder.junit.write_text("<testsuites/>")
    folder.close()
    return folder


def test_the_next_run_removes_what_this_one_wrote_and_nothing_of_a_stranger(tmp_path: Path) -> None:
    taken(tmp_path)
    (tmp_path / "README.md").write_text("what is here")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("years")
    (tmp_path / "history.jsonl").write_text("the trend")
    ReportFolder(tmp_path).close()
    assert names(tmp_path) == [".harness-reports", "README.md", "history.jsonl", "thesis"]
    assert (tmp_path / "thesis" / "thesis.tex").read_text() == "years"


def test_a_comparison_is_removed_whatever_it_is_called(tmp_path: Path) -> None:
    ReportFolder(tmp_path).close()
    for name in [*LOCKS.files, LOCKS.measured, "locks.txt"]:
        (tmp_path / name).write_text("")
    ReportFolder(tmp_path).close()
    assert names(tmp_path) == [".harness-reports", "locks.txt"]


@pytest.mark.parametrize("stranger", ["thesis.tex", "logs", "junit.xml", ".git"])
def test_a_folder_with_something_in_it_that_no_run_has_marked_is_refused(tmp_path: Path, stranger: str) -> None:
    (tmp_path / stranger).mkdir()
    (tmp_path / stranger / "work").write_text("years")
    with pytest.raises(BadInputError, match=f"--reports .* holds {stranger} {_REFUSED}"):
        ReportFolder(tmp_path)
    assert names(tmp_path) == [stranger]
    assert (tmp_path / stranger / "work").read_text() == "years"


def test_a_marker_with_other_words_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / MARKER.name).write_text("# my own notes about the harness' reports\n")
    (tmp_path / "logs").write_text("mine")
    with pytest.raises(BadInputError, match=_REFUSED):
        ReportFolder(tmp_path)
    (tmp_path / "logs").unlink()
    with pytest.raises(BadInputError, match="is none of ours"):
        ReportFolder(tmp_path)
    assert (tmp_path / MARKER.name).read_text() == "# my own notes about the harness' reports\n"


def test_a_marker_that_is_a_link_or_of_another_user_marks_nothing(tmp_path: Path) -> None:
    ours = taken(tmp_path / "ours").path
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / MARKER.name).symlink_to(ours / MARKER.name)
    (linked / "logs").write_text("mine")
    with pytest.raises(BadInputError, match=_REFUSED):
        ReportFolder(linked)
    if os.geteuid() == 0:
        os.chown(ours / MARKER.name, 12345, -1)
        with pytest.raises(BadInputError, match=_REFUSED):
            ReportFolder(ours)
    assert (linked / "logs").read_text() == "mine"


def test_no_link_in_it_is_followed(tmp_path: Path) -> None:
    strangers = tmp_path / "strangers"
    strangers.mkdir()
    (strangers / "thesis.tex").write_text("years")
    folder = taken(tmp_path / "reports").path
    shutil.rmtree(folder / "logs")
    (folder / "logs").symlink_to(strangers)
    (folder / "beside-7").symlink_to(strangers)
    (folder / "summary.md").symlink_to(strangers / "thesis.tex")
    (folder / ".lock").symlink_to(strangers / "thesis.tex")
    ReportFolder(folder).close()
    assert names(folder) == [".harness-reports", "beside-7"]
    assert (strangers / "thesis.tex").read_text() == "years"


def test_the_folder_of_the_checkout_is_marked_in_git() -> None:
    assert (ROOT / "reports" / MARKER.name).read_bytes() == MARKER.text
    assert f"!/reports/{MARKER.name}" in (ROOT / ".gitignore").read_text().splitlines()


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
    (second.path / "notes").write_text("mine")
    ReportFolder(tmp_path).close()
    assert names(second.path) == [".harness-reports", "notes"]
    (second.path / "notes").unlink()
    ReportFolder(tmp_path).close()
    assert names(tmp_path) == [".harness-reports"]


def test_a_run_that_was_killed_as_it_began_left_the_folder_usable(tmp_path: Path) -> None:
    (tmp_path / MARKER.name).touch()
    ReportFolder(tmp_path).close()
    assert (tmp_path / MARKER.name).read_bytes() == MARKER.text


def test_a_scenario_becomes_a_file_name(tmp_path: Path) -> None:
    folder = ReportFolder(tmp_path)
    assert folder.history("test_x.py::test_y[10-stop]").name == "test_x.py-test_y-10-stop.jsonl"
    assert folder.history("test_x.py::test_y[10-as it is]").name.startswith("test_x.py-test_y-10-as-it-is~")
    folder.close()


def test_no_two_scenarios_share_a_file_and_every_name_fits(tmp_path: Path) -> None:
    folder = ReportFolder(tmp_path)
    parameters = ["one/1", "one-1", "one-1-", "-one-1", "ä", "ö", "", "..", "a" * 400, "a" * 401, "é" * 400, "\ud800"]
    ids = [f"test_x.py::test_y[{each}]" for each in parameters]
    ids += ["test_x.py::test_y", "a/test_x.py::test_y", "a-test_x.py::test_y"]
    for id_ in ids:
        folder.history(id_).touch(exist_ok=False)
        assert folder.logs(id_).parent == tmp_path / "logs"
    assert len(list((tmp_path / "histories").iterdir())) == len(list((tmp_path / "logs").iterdir())) == len(ids)
    folder.close()


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError, match=r"--reports .*file can't be written \(File exists\); give another folder"):
        ReportFolder(tmp_path / "file")


def checkout(folder: Path) -> Path:
    """Somebody's folder, with a file that must not be lost."""
    folder.mkdir()
    (folder / "thesis.tex").write_text("years")
    (folder / "logs").mkdir()
    return folder


def test_a_run_that_is_told_a_strangers_folder_ends_with_one_line(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "checkout")
    status, output = run("pytest", "-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"), "--reports=.", cwd=folder)
    assert status == 2
    assert output.splitlines()[-1].startswith(f"Exit: --reports . holds logs {_REFUSED}")
    assert "Traceback" not in output
    assert names(folder) == ["logs", "thesis.tex"]


def test_make_faulttolerance_leaves_a_strangers_folder_alone(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "checkout")
    (folder / "allurerc.json").write_text("{}")
    made = ["make", "-C", str(ROOT), f"REPORTS={folder}"]
    done = subprocess.run([*made, "faulttolerance"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"--reports {folder} holds allurerc.json {_REFUSED}" in done.stdout + done.stderr
    done = subprocess.run([*made, "report"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "holds no results of a run" in done.stderr
    assert names(folder) == ["allurerc.json", "logs", "thesis.tex"]


def test_the_page_is_not_written_through_a_link(tmp_path: Path) -> None:
    folder = taken(tmp_path / "reports").path
    (tmp_path / "thesis.tex").write_text("{}")
    html.write_config(folder, {})
    (folder / "history.jsonl").symlink_to(tmp_path / "thesis.tex")
    with pytest.raises(BadInputError, match=r"history\.jsonl is a link"):
        html.make(folder)


def test_the_shards_are_not_merged_into_a_strangers_folder(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "checkout")
    (folder / "allure").mkdir()
    shard = tmp_path / "shards" / "1"
    shard.mkdir(parents=True)
    (shard / "allurerc.json").write_text("{}")
    environment = {**os.environ, "REPORTS": str(folder)}
    done = subprocess.run([".ci/merge", str(tmp_path / "shards")], cwd=ROOT, env=environment, capture_output=True)
    assert done.returncode == 2
    assert _REFUSED in done.stderr.decode()
    assert names(folder) == ["allure", "logs", "thesis.tex"]
