"""Durations: what a run's JUnit XML says of the scenarios that passed, under the ids that pytest collects."""

from pathlib import Path

import pytest

from harness.errors import BadInputError
from harness.plugin.durations import read
from tests.running import run

CODE = """import pytest


@pytest.mark.parametrize("count", ["10", "as it is"])
def test_passes(count):
    pass


def test_fails():
    raise AssertionError


def test_skips():
    pytest.skip("no")
"""


def test_what_passed_is_read_under_the_id_that_pytest_collects(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "test_tiny.py").write_text(CODE)
    junit = tmp_path / "junit.xml"
    run("pytest", "scenarios", f"--junitxml={junit}", "--rootdir=.", "-p", "no:cacheprovider", cwd=tmp_path)
    assert set(read(junit)) == {
        "scenarios/test_tiny.py::test_passes[10]",
        "scenarios/test_tiny.py::test_passes[as it is]",
    }


@pytest.mark.parametrize("text", [None, "", "{}", "<testsuites/>"], ids=["none", "empty", "other", "nothing passed"])
def test_what_is_no_run_is_refused(tmp_path: Path, text: str | None) -> None:
    junit = tmp_path / "junit.xml"
    if text is not None:
        junit.write_text(text)
    with pytest.raises(BadInputError, match=r"give the reports/junit\.xml of a run"):
        read(junit)
