"""`harness shrink` finds what a scenario fails of, in runs of its own, and says what it can't use in one line."""

import json
from pathlib import Path

import pytest

from tests.running import run

_SUITE = """
import pytest
from harness import Draw

@pytest.mark.nemesis(Draw(faults=("kill",), targets=("leader",)))
def test_it(plan):
    assert not any((act.fault, act.target) == ("kill", "leader") for act in plan.acts), "a leader was killed"
"""
_ACTS = [("stop", "leader"), ("kill", "controller"), ("kill", "leader"), ("pause", "leader")]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite with one scenario, which fails if its plan kills a leader, and the plan of a run that failed."""
    (tmp_path / "test_suite.py").write_text(_SUITE)
    acts = [
        {"at_s": 5.0 * number, "fault": fault, "target": target, "lasting_s": 2.0}
        for number, (fault, target) in enumerate(_ACTS, 1)
    ]
    (tmp_path / "plan.json").write_text(json.dumps({"duration_s": 30, "acts": acts}))
    return tmp_path


def shrink(suite: Path, *arguments: str) -> tuple[int, str]:
    return run("harness", "shrink", str(suite / "test_suite.py::test_it"), str(suite / "plan.json"), *arguments)


@pytest.mark.servers
def test_the_act_that_it_fails_of_is_left(suite: Path) -> None:
    status, output = shrink(suite, "-n", "1", "--backend", "process")
    assert status == 0, output
    assert "the whole plan, 4 acts in 22 s, failed in 1 of 1 runs; each smaller one has 1" in output
    assert "at 1 s: kill leader for 1 s" in output
    assert "Act(at_s=1.0, fault='kill', target='leader', lasting_s=1.0)" in output
    smallest = json.loads((suite / "plan.shrunk.json").read_text())
    assert smallest == {
        "seed": None,
        "duration_s": 3.0,
        "acts": [{"at_s": 1.0, "fault": "kill", "target": "leader", "lasting_s": 1.0}],
    }


@pytest.mark.servers
def test_a_plan_that_holds_has_nothing_to_shrink(suite: Path) -> None:
    (suite / "plan.json").write_text('{"acts": []}')
    status, output = shrink(suite, "-n", "1", "--backend", "process")
    assert (status, output) == (3, "the whole plan held in 1 runs; it fails seldom, or no more: try -n 4\n")


@pytest.mark.servers
def test_a_scenario_that_is_not_there_is_said_with_what_pytest_says(suite: Path) -> None:
    (suite / "test_suite.py").write_text("def test_other():\n    pass\n")
    status, output = shrink(suite, "-n", "1", "--backend", "process")
    assert status == 2
    assert "the scenario could not be run (exit status 5)" in output


def test_an_odd_budget_is_refused(suite: Path) -> None:
    status, output = shrink(suite, "--budget", "soon")
    assert (status, output) == (2, "error: --budget is 'soon'; give a time such as 90s, 10m or 2h\n")
