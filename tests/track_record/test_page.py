"""Each published defect has a row in docs/track-record.md that says what its module says, and each row has a module."""

import re
from pathlib import Path

import pytest

from harness.results import Result
from tests.running import ROOT
from tests.track_record.defect import every_defect
from tests.track_record.results import Runs, read

PAGE = ROOT / "docs" / "track-record.md"
COMMAND = re.compile(r"`make track-record ARGS=(\w+)`")
DEFECTS = every_defect()


def rows() -> dict[str, str]:
    """The rows of published defects, by what their commands name."""
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return {name[1]: row for row in rows if (name := COMMAND.search(row))}


def test_each_row_has_a_module_and_each_module_a_row() -> None:
    assert rows().keys() == DEFECTS.keys()


@pytest.mark.parametrize("name", DEFECTS)
def test_a_row_says_what_its_module_says(name: str) -> None:
    defect, row = DEFECTS[name], rows()[name]
    said = (defect.wrong, *defect.links, defect.affected.what, defect.fixed.what, defect.found_by, defect.anomaly)
    assert [words for words in said if words not in row] == []


def test_a_side_is_red_by_its_own_anomaly_only() -> None:
    red = ["lost", "lost unexpected", ""]
    runs = Runs([(Result.HELD, frozenset()), *((Result.BROKEN, frozenset(names.split())) for names in red)])
    assert (runs.red("lost"), runs.green, runs.count) == (1, 1, 4)


def test_runs_that_were_not_begun_are_none(tmp_path: Path) -> None:
    assert read(tmp_path / "flake.json").count == 0
