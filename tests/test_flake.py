"""`harness flake` as a person sees it: tiny scenarios that need no system, and one that has servers."""

import json
import re
import shlex
from pathlib import Path

import pytest

from harness.reading import read
from harness.report.folder import ReportFolder
from tests.running import MEMBERS_ONLY, ROOT, run

_SUITE = """
import itertools
import os
import signal

import pytest
from harness.checkers import Anomaly, Validity, Verdict
from harness.errors import EnvironmentUnfitError, InconclusiveError
from harness.assertions import GuaranteeBrokenError

pytestmark = pytest.mark.faulttolerance
COUNT = itertools.count(1)


@pytest.mark.quarantine(reason="slow to rejoin", until="2020-12-31")
@pytest.mark.parametrize("size", [10, 100])
def test_every_third_is_broken(history, size):
    number = next(COUNT)
    history.invoke(1, "add", number).ok(number)
    if number % 3 == 0:
        raise GuaranteeBrokenError(Verdict(Validity.INVALID, (Anomaly("lost", f"{number} of {size} are gone"),)))


def test_holds(history):
    pass


def test_holds_as_well(history):
    pass


def test_inconclusive(history):
    raise InconclusiveError(f"there was no traffic for {next(COUNT)} s")


def test_unfit(history):
    raise EnvironmentUnfitError("the disk is full")


@pytest.mark.xfail
def test_error(history):
    assert {}[next(COUNT)]


def test_skipped(history):
    pytest.skip("it needs a network")


def test_ended_in_the_third(history):
    if next(COUNT) == 3:
        os.kill(os.getpid(), signal.SIGINT)


def test_ended_at_once(history):
    os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_tiny.py").write_text(_SUITE)
    (tmp_path / "tests" / "test_plain.py").write_text("def test_no_scenario():\n    pass\n")
    return tmp_path


def flake(folder: Path, *arguments: str) -> tuple[int, str]:
    return run("harness", "flake", *arguments, cwd=folder)


def test_failures_are_counted_and_told_with_their_histories(suite: Path) -> None:
    status, output = flake(suite, "third_is_broken[100", "-n", "7")
    assert status == 1
    scenario = "tests/test_tiny.py::test_every_third_is_broken[100]"
    lines = [re.sub(r"[0-9.]+ s", "0 s", line.strip()) for line in output.splitlines()]
    assert lines[:3] == [f"{scenario}, 7 times; reports in reports", "run 1: held, 0 s", "run 2: held, 0 s"]
    assert "run 6: broken: lost, 0 s: 6 of 100 are gone." in lines
    assert "5 held, 2 broken. 2 of 7 did not hold, 28.6 %: the rate of failure is between 3.67 % and 71 %" in output
    assert lines[-4:-2] == ["2 broken: lost", "3 of 100 are gone."]
    for number, line in ((3, lines[-2]), (6, lines[-1])):
        replay = shlex.split(line)
        assert replay[:2] == ["harness", "replay"]
        assert read(suite / replay[2])[0].value == number
        assert run(*replay, cwd=suite)[0] == 1
    assert len(list((suite / "reports" / "histories").iterdir())) == 7
    assert json.loads((suite / "reports" / "flake.json").read_text())["counts"] == {"held": 5, "broken": 2}
    assert "2 broken: lost" in (suite / "reports" / "flake.md").read_text()
    # To repeat it takes a name that pytest knows; each run is a row, and a test, of its own.
    assert f'pytest "{scenario}" --backend' in (suite / "reports" / "summary.md").read_text()
    assert "| every third is broken: 100, run7 |" in (suite / "reports" / "summary.md").read_text()
    results = [json.loads(p.read_text()) for p in (suite / "reports" / "allure-results").glob("*-result.json")]
    assert len({result["historyId"] for result in results}) == 7


def test_the_next_run_removes_all_that_it_wrote_and_no_run_knows_of_its_failures(suite: Path) -> None:
    assert flake(suite, "test_error", "-n", "2")[0] == 1
    ReportFolder(suite / "reports").close()
    assert [path.name for path in (suite / "reports").iterdir()] == [".harness-reports"]
    assert {path.name for path in suite.iterdir()} <= {"reports", "tests", "__pycache__"}


@pytest.mark.parametrize(
    ("scenario", "status", "words"),
    [
        ("tests/test_tiny.py::test_holds", 0, "2 held. 0 of 2 did not hold"),
        ("test_inconclusive", 3, "2 inconclusive\n  there was no traffic for 1 s\n"),
        ("test_unfit", 2, "2 unfit\n  the disk is full\n"),
        ("test_error", 1, "2 error\n  KeyError: 1\n"),
    ],
)
def test_the_exit_status_is_that_of_the_gravest_run(suite: Path, scenario: str, status: int, words: str) -> None:
    found, output = flake(suite, scenario, "-n", "2")
    assert found == status, output
    assert words in output


def test_nothing_in_the_settings_of_a_suite_hides_a_failure_or_ends_the_runs(suite: Path) -> None:
    options = "--disable-plugin-autoload -p xdist.plugin -n 2 -x -v -m 'not faulttolerance' -k holds --lf"
    (suite / "pytest.ini").write_text(f"[pytest]\naddopts = {options}\nfilterwarnings = error\n")
    status, output = flake(suite, str(suite / "tests" / "test_tiny.py::test_every_third_is_broken[10]"), "-n", "6")
    assert status == 1, output
    assert "4 held, 2 broken." in output


def test_an_option_of_pytest_may_end_them_with_the_first_failure(suite: Path) -> None:
    status, output = flake(suite, "--reports", "mine", "third_is_broken[10]", "-n", "9", "--", "-x")
    assert status == 1
    assert "3 of the 9 runs ended: 2 held, 1 broken." in output
    assert json.loads((suite / "mine" / "flake.json").read_text())["asked"] == 9


def test_ctrl_c_leaves_what_the_runs_say_that_have_ended(suite: Path) -> None:
    status, output = flake(suite, "test_ended_in_the_third", "-n", "5")
    assert status == 0
    assert "2 of the 5 runs ended: 2 held. 0 of 2 did not hold" in output
    assert json.loads((suite / "reports" / "flake.json").read_text())["ended"] == 2


_NAMED = "tests/test_tiny.py::test_every_third_is_broken"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["test_ended_at_once"], "error: it was ended before one run was over\n"),
        (["test_skipped"], "error: tests/test_tiny.py::test_skipped is skipped here: it needs a network\n"),
        (["third"], f"error: 'third' may be 3 scenarios; name one of them: {_NAMED}[10], {_NAMED}[100], tests/"),
        (["no_scenario"], "error: no scenario has 'no_scenario' in its id; pytest --collect-only -q lists the ids\n"),
        (["nowhere.py::test_holds"], "error: no scenario has 'nowhere.py::test_holds' in its id; pytest"),
        (["test_holds", "-n", "0"], "Error: Invalid value for '-n': 0 is not in the range x>=1.\n"),
        (["test_holds", "--backend", "podman"], "Error: Invalid value for '--backend': 'podman' is not one of"),
        (["test_holds", "--", "--podman"], "error: unrecognized arguments: --podman\n"),
        (["test_holds", "--reports", "tests"], "Exit: --reports tests holds test_plain.py and is not marked as ours"),
    ],
)
def test_what_can_not_be_repeated_is_said_in_one_line(suite: Path, arguments: list[str], words: str) -> None:
    status, output = flake(suite, *arguments)
    assert status == 2
    assert words in output
    assert "Traceback" not in output


def test_a_file_that_can_not_be_read_is_named_if_the_scenario_may_be_in_it(suite: Path) -> None:
    (suite / "tests" / "test_broken.py").write_text("import no_such_module\n")
    why = "tests/test_broken.py can't be collected: ModuleNotFoundError: No module named 'no_such_module'"
    assert why in flake(suite, "test_elsewhere")[1]
    assert flake(suite, "test_holds_as", "-n", "1")[0] == 0


@pytest.mark.process
def test_servers_are_started_once_and_no_run_sees_what_the_one_before_left(tmp_path: Path) -> None:
    arguments = (MEMBERS_ONLY, "-n", "2", "--backend", "process", "--reports", str(tmp_path / "reports"))
    status, output = flake(ROOT, *arguments)
    assert status == 0, output
    told = json.loads((tmp_path / "reports" / "flake.json").read_text())
    assert (told["counts"], told["backend"]) == ({"held": 2}, "process")
    assert output.count("starting 3 ") == 1
    assert len({run["history"] for run in told["runs"]}) == 2
