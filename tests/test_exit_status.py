"""The exit status of a run says what kind of failure it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.report.folder import ReportFolder
from tests.running import ROOT, run

_HEAD = """
import pytest
from harness.checkers.verdict import Anomaly, Validity, Verdict
from harness.errors import FaultDidNotBiteError, InconclusiveError
from harness.judgement import GuaranteeBrokenError

pytestmark = pytest.mark.faulttolerance

def test_holds(): pass
"""
_ENDS = {
    "broken": "raise GuaranteeBrokenError(Verdict(Validity.INVALID, (Anomaly('lost', '1 of 2 is gone'),)))",
    "inconclusive": "raise InconclusiveError('there was no traffic')",
    "no bite": "raise FaultDidNotBiteError('it still runs')",
    "error": "raise KeyError('x')",
}


def _run(folder: Path, *ends: str) -> tuple[int, str, str]:
    scenarios = "".join(f"\ndef test_{number}():\n    {_ENDS[end]}\n" for number, end in enumerate(ends))
    (folder / "test_ends.py").write_text(_HEAD + scenarios)
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"))
    status, output = run("pytest", *plugin, f"--reports={folder / 'reports'}", str(folder / "test_ends.py"))
    return status, output, (folder / "reports" / "summary.md").read_text()


@pytest.mark.parametrize(
    ("ends", "status", "words"),
    [
        ((), 0, "1 scenario: 1 held"),
        (("inconclusive", "no bite"), 3, "1 held, 2 inconclusive"),
        (("inconclusive", "broken"), 1, "1 held, 1 broken, 1 inconclusive"),
        (("error",), 1, "1 held, 1 error"),
    ],
)
def test_what_failed_decides_the_status(tmp_path: Path, ends: tuple[str, ...], status: int, words: str) -> None:
    found, output, summary = _run(tmp_path, *ends)
    assert found == status, output
    assert words in summary


def test_a_failure_begins_with_what_happened_and_has_no_traceback(tmp_path: Path) -> None:
    _, output, summary = _run(tmp_path, "broken")
    told = output.partition("test_0 ___")[2].splitlines()[1:4]
    assert told[0] == "1 of 2 is gone."
    assert "guarantee broken: lost" in told
    assert "judgement.py" not in output
    assert "> 1 of 2 is gone." in summary


def test_the_next_run_knows_all_that_a_run_leaves(tmp_path: Path) -> None:
    _run(tmp_path, "broken")
    assert len(list((tmp_path / "reports").iterdir())) > 3
    ReportFolder(tmp_path / "reports").close()
    assert [path.name for path in (tmp_path / "reports").iterdir()] == [".harness-reports"]


def test_a_system_that_does_not_come_up_is_status_2(tmp_path: Path) -> None:
    (tmp_path / "test_ends.py").write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.faulttolerance, pytest.mark.system(running=False, brokers=0, wings=2)]\n"
        "def test_flies(system): pass\n"
    )
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"))
    status, output = run("pytest", *plugin, f"--reports={tmp_path / 'reports'}", str(tmp_path / "test_ends.py"))
    assert status == 2
    assert "the system did not come up: " in output
    assert "wings" in output
