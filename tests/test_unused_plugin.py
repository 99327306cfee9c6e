"""A suite that has the plugin and does not use it sees nothing of it; one that does gets all of it, anywhere."""

import json
from pathlib import Path

from tests.running import run

_CONFTEST = """
import pytest


def pytest_addoption(parser):
    for name in ("--backend", "--reports", "--attach", "--shard", "--seed"):
        parser.addoption(name, default="numpy")


@pytest.fixture
def system():
    return "ours"


@pytest.fixture
def history(tmp_path):
    return tmp_path
"""
#: Everything in it that has a name of the plugin's is the suite's own.
_SUITE = """
import sys

import pytest


@pytest.mark.system
@pytest.mark.quarantine
def test_fixtures_and_markers(system, history, request):
    assert system == "ours"
    assert request.config.getoption("--backend") in ("numpy", "torch")


@pytest.mark.parametrize("faults", [1, 2])
@pytest.mark.parametrize("report", ["a", "b"])
def test_parameters(faults, report):
    assert report in "ab"


@pytest.mark.system
def test_last(request):
    assert not [name for name in sys.modules if name.startswith("harness.") and "plugin" not in name]
    assert "harness.plugin.scenarios" not in sys.modules
"""


def suite(folder: Path) -> Path:
    tests = folder / "tests"
    tests.mkdir()
    (tests / "conftest.py").write_text(_CONFTEST)
    (tests / "test_own.py").write_text(_SUITE)
    return tests


def says(folder: Path, *arguments: str) -> list[str]:
    markers = ("-o", "markers=system\nquarantine", "--strict-markers")
    # With an environment of its own it is no fork of a process that has the harness' imports.
    own = {"COLUMNS": "120"}
    status, output = run("pytest", "-v", *markers, "-p", "no:cacheprovider", *arguments, cwd=folder, **own)
    assert status == 0, output
    return [line.partition(" [")[0] for line in output.splitlines() if "::" in line]


def test_a_suite_that_does_not_use_it_sees_nothing_of_it(tmp_path: Path) -> None:
    tests = suite(tmp_path)
    without = says(tmp_path, "-p", "no:harness.plugin", str(tests))
    assert len(without) == 6
    assert says(tmp_path, "-p", "harness.plugin", str(tests)) == without
    assert says(tmp_path, "-p", "harness.plugin", str(tests), "--backend", "torch") == without
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tests"]


def test_a_scenario_in_a_folder_of_any_name_leaves_a_report(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_mine.py").write_text("def test_it(history):\n    assert history\n")
    status, output = run("pytest", "-p", "harness.plugin", str(tests), cwd=tmp_path)
    assert status == 0, output
    assert "1 scenario: 1 held" in (tmp_path / "reports" / "summary.md").read_text()
    assert "test_it" in (tmp_path / "reports" / "junit.xml").read_text()
    results = tmp_path / "reports" / "allure-results"
    assert list(results.glob("*-result.json"))
    ends = [end for path in results.glob("*-container.json") for end in json.loads(path.read_text()).get("afters", [])]
    assert "history::1" in {end["name"] for end in ends}
    assert {end["status"] for end in ends} == {"passed"}, "none of unknown outcome"


def test_a_fixture_that_is_asked_for_too_late_says_so(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("def test_it(request):\n    request.getfixturevalue('history')\n")
    status, output = run("pytest", "-p", "harness.plugin", cwd=tmp_path)
    assert status == 1
    assert "asked for while the test ran already: name it in the test's signature" in output


def test_what_cannot_be_collected_is_in_junit_too(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("import no_such_module\n")
    (tmp_path / "test_mine.py").write_text("def test_it(history):\n    pass\n")
    status, _ = run("pytest", "-p", "harness.plugin", cwd=tmp_path)
    assert status == 2
    assert "no_such_module" in (tmp_path / "reports" / "junit.xml").read_text()
