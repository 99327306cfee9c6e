"""Hostile checkouts beside a good one: each costs its own row and no other, and the row says what it did."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.grading.checkouts import checkouts
from harness.grading.choice import Choice
from harness.grading.grade import grade_all
from harness.grading.row import Row
from harness.topology.confinement import Confinement
from tests.grading import hostile

pytestmark = pytest.mark.docker
LIMITS = Confinement(memory_mb=256, processes=64, cpus=0.5, disk_mb=16, log_mb=1)
SECRET = "the secret of this machine"


def graded(folder: Path, *names: str) -> tuple[Path, Mapping[str, Row]]:
    """The folder of a table, and the rows of checkouts of these names."""
    (folder / "secret").write_text(SECRET)
    (folder / "suite").mkdir()
    (folder / "suite" / "pytest.ini").write_text("[pytest]\n")
    (folder / "suite" / "test_small.py").write_text(hostile.SCENARIO)
    found = checkouts([hostile.write(folder, name) for name in names], None)
    choice = Choice((folder / "suite",), "faulttolerance", confinement=LIMITS, time_s=900)
    done = grade_all(found, choice, folder / "graded", print, parallel=2)
    return folder / "graded", {each.row.name: each.row for each in done}


@pytest.fixture(scope="module")
def all_of_them(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Row]]:
    return graded(tmp_path_factory.mktemp("hostile"), *hostile.FACADES)


def test_the_good_one_among_hostile_ones_has_its_verdict(all_of_them: tuple[Path, Mapping[str, Row]]) -> None:
    row = all_of_them[1]["good"]
    assert (row.verdict, row.held, row.scenarios, row.trouble, row.noticed) == ("held", 1, 1, "", ())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hangs", "10 of 10 posts were refused"),
        ("forks", "it forks without end"),
        ("prints", "facade prints without end"),
        ("fills the disk", "facade filled its disk, which has 16 MB"),
        ("wrong port", "it listens on 0.0.0.0:9090, and not on port 8080"),
        ("never ready", "facade did not listen on its port 'http' within 60 s; it listens nowhere"),
        ("crashes", "facade exited with status 3 before it was ready"),
        ("reaches out", "facade tried to reach something outside of its own system"),
        ("answers without end", "a GET does not show what was posted"),
    ],
)
def test_each_row_says_what_the_checkout_did(
    all_of_them: tuple[Path, Mapping[str, Row]], name: str, words: str
) -> None:
    row = all_of_them[1][name]
    assert words in "\n".join([*(each.sentence for each in row.broken), *row.noticed, row.trouble])


def test_nothing_that_is_outside_of_a_checkout_gets_anywhere(all_of_them: tuple[Path, Mapping[str, Row]]) -> None:
    folder, rows = all_of_them
    assert rows["reads outside"].verdict == "held"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    assert "/run/docker.sock True" not in _log(folder, "reaches out")
    assert "\nreached" not in _log(folder, "reaches out")


def _log(folder: Path, name: str) -> str:
    return "\n".join(path.read_text() for path in (folder / "checkouts" / name).rglob("facade.log"))


def test_the_table_is_there_in_each_form_with_a_page_for_each(all_of_them: tuple[Path, Mapping[str, Row]]) -> None:
    folder, rows = all_of_them
    assert [each["name"] for each in json.loads((folder / "grades.json").read_text())] == list(rows)
    with (folder / "grades.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["the service goes on"] for line in lines if line["checkout"] == "good"] == ["1 of 1"]
    table = (folder / "grades.html").read_text()
    for name in rows:
        assert (folder / "pages" / f"{name}.html").is_file()
        assert f">{name}</a>" in table


def test_what_was_graded_is_not_graded_again_until_it_changes(
    all_of_them: tuple[Path, Mapping[str, Row]],
) -> None:
    folder, rows = all_of_them
    said: list[str] = []
    choice = Choice((folder.parent / "suite",), "faulttolerance", confinement=LIMITS, time_s=900)
    (again,) = grade_all(checkouts([folder.parent / "good"], None), choice, folder, said.append, parallel=1)
    assert again.again
    assert again.row == rows["good"]
    (folder.parent / "good" / "facade.py").write_text("import sys; sys.exit(4)\n")
    (anew,) = grade_all(checkouts([folder.parent / "good"], None), choice, folder, said.append, parallel=1)
    assert not anew.again
    assert anew.row.verdict == "broke"


def test_a_checkout_in_node_is_graded_and_npm_runs_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "suite" / "test_small.py").write_text(hostile.SCENARIO)
    choice = Choice((tmp_path / "suite",), "faulttolerance", confinement=LIMITS, time_s=900)
    found = checkouts([hostile.write_node(tmp_path, "node")], None)
    (graded,) = grade_all(found, choice, tmp_path / "graded", print, parallel=1)
    row = graded.row
    assert (row.verdict, row.held, row.scenarios, row.trouble, row.noticed) == ("held", 1, 1, "", ())
