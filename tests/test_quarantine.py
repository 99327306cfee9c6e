"""Quarantine as a person sees it: real runs of pytest on tiny scenarios that need no system."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.running import run

pytest_plugins = ["pytester"]

TODAY = date.today()
YESTERDAY = TODAY - timedelta(days=1)
HOW = 'write it as @pytest.mark.quarantine(reason="'


IMPORTS = (
    "import pytest\nfrom harness.checkers import Anomaly, Validity, Verdict\n"
    "from harness.errors import InconclusiveError\n"
    "from harness.assertions import GuaranteeBrokenError\n\n\n"
    "pytestmark = pytest.mark.faulttolerance\n\n\n"
    "def broken(words):\n    return GuaranteeBrokenError(Verdict(Validity.INVALID, (Anomaly('lost', words),)))\n\n\n"
)


def pytest_says(pytester: pytest.Pytester, code: str, *arguments: str) -> tuple[int, str]:
    """The exit status and output of a run of one file; allure's plugin keeps what it knows in the process."""
    pytester.makeini("[pytest]\naddopts = --strict-markers\n")
    pytester.makepyfile(test_tiny=IMPORTS + code)
    options = ("-p", "no:allure_pytest", "-p", "harness.plugin", *arguments)
    result = pytester.runpytest_inprocess(*options)
    return int(result.ret), str(result.stdout) + str(result.stderr)


def whole_plugin_says(tmp_path: Path, code: str) -> int:
    """The exit status of a process with everything that a scenario is run under."""
    (tmp_path / "test_tiny.py").write_text(IMPORTS + code)
    return run("pytest", "-p", "harness.plugin", cwd=tmp_path)[0]


def failing(until: object, error: str = "broken('17 of 100 are lost')") -> str:
    return (
        f'@pytest.mark.quarantine(reason="slow to rejoin", until="{until}")\ndef test_flaky():\n    raise {error}\n\n\n'
    )


BROKEN = "def test_broken():\n    raise broken('one is lost')\n"


@pytest.mark.parametrize("until", [TODAY, TODAY + timedelta(days=30)], ids=["the last day", "earlier"])
def test_a_failure_in_quarantine_is_shown_and_fails_no_run(pytester: pytest.Pytester, until: date) -> None:
    status, output = pytest_says(pytester, failing(until))
    assert status == 0
    assert "1 xfailed" in output
    assert "in quarantine: what failed here failed no run" in output
    assert "test_tiny.py::test_flaky failed: 17 of 100 are lost. guarantee broken: lost" in output
    assert f"in quarantine until {until}: slow to rejoin" in output


def test_a_fixture_that_fails_in_quarantine_fails_no_run_either(pytester: pytest.Pytester) -> None:
    code = (
        "@pytest.fixture\ndef broken():\n    raise RuntimeError('did not come up')\n\n\n"
        f"@pytest.mark.quarantine(reason='slow', until='{TODAY}')\ndef test_flaky(broken):\n    pass\n"
    )
    status, output = pytest_says(pytester, code)
    assert status == 0
    assert "test_tiny.py::test_flaky failed: did not come up" in output


def test_one_that_holds_in_quarantine_is_shown_as_well(pytester: pytest.Pytester) -> None:
    status, output = pytest_says(
        pytester, f"@pytest.mark.quarantine(reason='slow', until='{TODAY}')\ndef test_flaky():\n    pass\n"
    )
    assert status == 0
    assert "test_tiny.py::test_flaky held" in output


def test_others_still_fail_the_run(pytester: pytest.Pytester) -> None:
    status, output = pytest_says(pytester, failing(TODAY) + BROKEN)
    assert status == 1
    assert "1 failed, 1 xfailed" in output


def test_an_inconclusive_one_in_quarantine_does_not_excuse_a_broken_one(tmp_path: Path) -> None:
    assert whole_plugin_says(tmp_path, failing(TODAY, "InconclusiveError('no traffic')") + BROKEN) == 1


def test_beside_one_in_quarantine_an_inconclusive_one_is_still_exit_status_3(tmp_path: Path) -> None:
    idle = "def test_idle():\n    raise InconclusiveError('no traffic')\n"
    assert whole_plugin_says(tmp_path, failing(TODAY) + idle) == 3


def test_once_the_day_is_past_it_fails_and_says_what_to_do_without_being_run(pytester: pytest.Pytester) -> None:
    status, output = pytest_says(pytester, failing(YESTERDAY, "SystemExit('was run')"))
    assert status == 1
    assert f"its quarantine ended on {YESTERDAY} (slow to rejoin): repair the scenario and remove the marker" in output
    assert "was run" not in output
    assert "Traceback" not in output


def test_runxfail_takes_no_notice_of_a_quarantine(pytester: pytest.Pytester) -> None:
    status, output = pytest_says(pytester, failing(TODAY), "--runxfail")
    assert status == 1
    assert "1 failed" in output


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("", "has no reason"),
        ('until="2030-01-01"', "has no reason"),
        ('reason=" ", until="2030-01-01"', "has no reason"),
        ('reason="slow"', "has no date in until"),
        ('reason="slow", until=20300101', "has no date in until"),
        ('reason="slow", until="31.12.2030"', "has until='31.12.2030', which is no date"),
        ('reason="slow", until="2030-02-30"', "has until='2030-02-30', which is no date"),
        ('"slow", "2030-01-01"', "takes reason= and until= and nothing else"),
        ('reason="slow", until="2030-01-01", owner="me"', "takes reason= and until= and nothing else"),
    ],
)
@pytest.mark.parametrize("selected", [[], ["-k", "other"]], ids=["selected", "deselected"])
def test_a_bad_quarantine_is_one_line_and_exit_status_2(
    pytester: pytest.Pytester, arguments: str, problem: str, selected: list[str]
) -> None:
    code = f"@pytest.mark.quarantine({arguments})\ndef test_flaky():\n    pass\n\n\ndef test_other():\n    pass\n"
    status, output = pytest_says(pytester, code, *selected)
    assert status == 2
    assert f"the quarantine of test_tiny.py::test_flaky {problem}; {HOW}" in output
    assert "Traceback" not in output
