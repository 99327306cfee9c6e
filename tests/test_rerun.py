"""`harness replay --rerun` runs a history's scenario with its plan, and says what it can't use in one line."""

import json
from pathlib import Path

import pytest

from harness.history import History
from tests.running import run

_SUITE = """
import pytest
from harness import Draw

@pytest.mark.parametrize("queue", ["a", "b"])
@pytest.mark.nemesis(Draw(faults=("kill",), targets=("leader",)))
def test_it(plan, queue):
    assert plan.words == "at 1 s: pause kafka-2 for 3 s"
    assert queue == "b", "the other queue"
"""
_PLAN = {
    "seed": 7,
    "duration_s": 5,
    "acts": [{"at_s": 1.0, "fault": "pause", "target": "kafka-2", "lasting_s": 3.0}],
}


def recorded(folder: Path, **values: object) -> str:
    """A history with these events, beside a suite that fails unless it gets its plan and its parameter."""
    (folder / "test_suite.py").write_text(_SUITE)
    path = folder / "history.jsonl"
    with History.open(path) as history:
        for f, value in values.items():
            history.event(f, value)
    return str(path)


def of(scenario: str) -> dict[str, object]:
    return {"id": f"test_suite.py::{scenario}", "backend": "process", "timings": "fast", "seed": 3}


@pytest.mark.servers
def test_a_scenario_runs_again_with_the_plan_of_its_history(tmp_path: Path) -> None:
    history = recorded(tmp_path, scenario=of("test_it[seed 7-b]"), plan=_PLAN)
    status, output = run("harness", "replay", "--rerun", history, "--", "-v", cwd=tmp_path)
    assert status == 0, output
    assert f"test_suite.py::test_it[plan-b] once more, with the plan of {history}:" in output
    assert "at 1 s: pause kafka-2 for 3 s" in output
    assert "the plan is the same each time, what the system makes of it is not" in output
    assert "test_suite.py::test_it[plan-b] PASSED" in output
    assert "backend process, timings fast, seed 3" in output
    assert Path(history).exists()


@pytest.mark.servers
def test_it_ends_as_the_scenario_does(tmp_path: Path) -> None:
    history = recorded(tmp_path, scenario=of("test_it[seed 7-a]"), plan=_PLAN)
    status, output = run("harness", "replay", "--rerun", history, cwd=tmp_path)
    assert status == 1, output
    assert "the other queue" in output


def test_a_scenario_that_is_not_there_is_said_with_what_pytest_says(tmp_path: Path) -> None:
    history = recorded(tmp_path, scenario=of("test_other[seed 7]"), plan=_PLAN)
    status, output = run("harness", "replay", "--rerun", history, cwd=tmp_path)
    assert status == 2
    assert "not found" in output
    assert output.splitlines()[-1] == (
        "error: the scenario could not be run (exit status 4 of pytest, which says why above)"
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"plan": _PLAN}, "does not say which scenario it is of; name it: pytest SCENARIO --nemesis-plan "),
        ({"scenario": "test_it", "plan": _PLAN}, "does not say which scenario it is of"),
        ({"scenario": of("test_it[seed 7-b]"), "end": {"result": "held"}}, "has no plan: its scenario followed none"),
    ],
    ids=["no scenario", "an odd scenario", "no plan"],
)
def test_a_history_that_can_not_be_run_again_is_refused_in_one_line(
    tmp_path: Path, values: dict[str, object], said: str
) -> None:
    history = recorded(tmp_path, **values)
    status, output = run("harness", "replay", "--rerun", history, cwd=tmp_path)
    assert (status, len(output.splitlines())) == (2, 1), output
    assert output.startswith(f"error: the history {history} ")
    assert said in output


def test_what_is_no_history_is_refused_with_its_line(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(_PLAN))
    status, output = run("harness", "replay", "--rerun", str(plan), cwd=tmp_path)
    assert (status, len(output.splitlines())) == (2, 1), output
    assert f"error: {plan}, line 1: " in output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rerun", "--json"], "leave out --check, --report and --json"),
        (["another.jsonl"], "'another.jsonl' is more than one history; options of pytest are for --rerun"),
    ],
    ids=["json", "two histories"],
)
def test_options_that_do_not_fit_are_refused(tmp_path: Path, options: list[str], said: str) -> None:
    history = recorded(tmp_path, scenario=of("test_it[seed 7-b]"), plan=_PLAN)
    status, output = run("harness", "replay", history, *options, cwd=tmp_path)
    assert status == 2
    assert said in output
