"""`pytest -n 2` runs the scenarios of one run in several processes: it leaves and says what one process would have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import ROOT, run

_HEAD = """
import os
import pytest
from harness.assertions import assert_broken, assert_holds, demand
from harness.checkers import counter
from harness.errors import EnvironmentUnfitError, InconclusiveError

pytestmark = pytest.mark.faulttolerance

def count(history, shown):
    for process in (1, 2):
        history.invoke(process, "increment", 1).ok(1)
    history.invoke(3, "read").ok(shown)
"""
_ENDS = {
    "held": "count(history, 2); assert_holds(history, counter.check)",
    "broken": "count(history, 1); assert_holds(history, counter.check)",
    "inconclusive": "raise InconclusiveError('there was no traffic')",
    "unfit": "raise EnvironmentUnfitError('the engine is gone')",
    "crash": "os._exit(9)",
    "exit": "pytest.exit('there is no engine', returncode=2)",
    "lock": "history.event('increments', {'locks': 'none', 'increments': 2, 'seconds': 1.0})",
}


def _written(folder: Path, *ends: str) -> None:
    scenarios = (
        f"\n@pytest.mark.experiment('00{number}', 'counts', 'saw')"
        f"\ndef test_{number}(history, report):\n    {_ENDS[end]}\n"
        for number, end in enumerate(ends)
    )
    (folder / "test_ends.py").write_text(_HEAD + "".join(scenarios))


def _pytest(folder: Path, *more: str) -> tuple[int, str]:
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"), "-p", "no:cacheprovider")
    return run("pytest", *plugin, f"--rootdir={folder}", *more, str(folder), cwd=folder)


def _left(folder: Path) -> list[str]:
    """What a run has left, but for names that are new in each."""
    files = sorted(path for path in (folder / "reports").rglob("*") if path.is_file())
    results = [path for path in files if path.parent.name == "allure-results"]
    return [str(path.relative_to(folder)) for path in files if path not in results] + [f"{len(results)} of Allure"]


@pytest.mark.parametrize(
    ("ends", "status", "reports"),
    [
        (("held", "held", "lock", "lock"), 0, ()),
        (("broken", "held", "inconclusive"), 1, ("--reports=reports",)),
        (("unfit", "inconclusive"), 2, ()),
    ],
)
def test_a_run_leaves_and_ends_as_one_process_would(
    tmp_path: Path, ends: tuple[str, ...], status: int, reports: tuple[str, ...]
) -> None:
    _written(tmp_path, *ends)
    alone, _ = _pytest(tmp_path, *reports)
    left = _left(tmp_path)
    summary = (tmp_path / "reports" / "summary.md").read_text().splitlines()[0]

    together, output = _pytest(tmp_path, "-n", "2", *reports)

    assert (alone, together) == (status, status), output
    assert _left(tmp_path) == left
    assert (tmp_path / "reports" / "summary.md").read_text().splitlines()[0] == summary
    assert f"{len(ends)} scenarios" in output
    assert "faulttolerance: backend auto" in output


def test_a_worker_that_dies_takes_only_its_scenario_along(tmp_path: Path) -> None:
    _written(tmp_path, "crash", "held", "held", "held")
    status, output = _pytest(tmp_path, "-n", "2")
    assert status == 1
    summary = (tmp_path / "reports" / "summary.md").read_text()
    assert "4 scenarios: 3 held, 1 error" in summary
    assert "crashed while running" in summary
    assert 'pytest "test_ends.py::test_0"' in summary, output


def test_why_a_worker_ends_the_run_is_said(tmp_path: Path) -> None:
    _written(tmp_path, "exit")
    status, output = _pytest(tmp_path, "-n", "2")
    assert status == 2
    assert "there is no engine" in output
    assert "Traceback" not in output


def test_a_report_folder_that_is_somebody_elses_is_refused_once(tmp_path: Path) -> None:
    _written(tmp_path, "held", "held")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "thesis.tex").write_text("years")
    status, output = _pytest(tmp_path, "-n", "2")
    assert status == 2
    assert output.count("is not marked as ours") == 1
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("option", ["--attach", "--keep-topology=always"])
def test_what_is_about_one_system_is_refused(tmp_path: Path, option: str) -> None:
    _written(tmp_path, "held")
    status, output = _pytest(tmp_path, "-n", "2", option)
    assert status == 2
    assert "leave out -n" in output


def test_a_suite_without_scenarios_sees_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import sys\ndef test_own(): assert 'harness.plugin.scenarios' not in sys.modules\n"
    )
    status, output = _pytest(tmp_path, "-n", "2")
    assert status == 0, output
    assert "faulttolerance:" not in output
    assert not (tmp_path / "reports").exists()


_TWO_SYSTEMS = """
import os
from pathlib import Path
import pytest
from harness.backends.leftovers import processes_of
from harness.backends.protocol import Phase
from harness.waiting import until
from tests.backends.kind import Tiny

pytestmark = [pytest.mark.faulttolerance, pytest.mark.system(Tiny(1))]
DIES, LIVES = Path("dies"), Path("lives")

def test_its_worker_dies(system, harness_run):
    until("the other scenario", LIVES.exists, timeout_s=60)
    DIES.write_text(harness_run.session.id)
    os._exit(9)

def test_its_worker_lives(system):
    LIVES.touch()
    dead = until("the other scenario", DIES.read_text, timeout_s=60)
    until("what it had to be gone", lambda: processes_of(lambda session: session.id == dead), lambda left: not left,
          timeout_s=30)
    assert [node.state().phase for node in system.deployment.nodes.values()] == [Phase.RUNNING]
"""


@pytest.mark.process
def test_what_a_dead_worker_had_goes_and_what_another_one_has_stays(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text(_TWO_SYSTEMS)
    status, output = _pytest(tmp_path, "-n", "2", "--backend=process")
    assert status == 1
    assert "2 scenarios: 1 held, 1 error" in (tmp_path / "reports" / "summary.md").read_text(), output
    # A history says how its scenario ended, also where the scenario itself does not name it.
    lives = (tmp_path / "reports" / "histories" / "test_two.py-test_its_worker_lives.jsonl").read_text()
    assert json.loads(lives.splitlines()[-1])["value"]["result"] == "held"
