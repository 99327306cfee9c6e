"""The zoo's runs: each item is a scenario with a mutant in its system; servers are not needed to see that."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.running import run
from tests.zoo.matrix import Fate, fate
from tests.zoo.mutants import MUTANTS
from tests.zoo.plan import pairs
from tests.zoo.plugin import KINDS
from tests.zoo.results import RED, Result

SUITE = """
import pytest
from harness.messages import messages
from harness.plugin.ordering import declared_by

@pytest.mark.system(messages(replay=True))
@pytest.mark.parametrize("count", [1, 2])
def test_first(request, count):
    application = declared_by(request.node).application
    assert application.replay
    assert count == 2 or dict(application.mutants) == {"facade": "facade_cutting_texts"}, "wrong system"

@pytest.mark.system(messages())
def test_second():
    assert False, "it is broken"

@pytest.mark.system(messages())
def test_third():
    assert False, "nobody comes here"
"""
ZOO = ("-p", "tests.zoo.plugin", "-p", "no:cacheprovider", "-q")


def ran(folder: Path, plan: list[tuple[str, str]]) -> tuple[list[dict[str, object]], str]:
    """The results of a plan of this suite, and what pytest said."""
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "plan.json").write_text(json.dumps(plan))
    given = ("--zoo-plan", str(folder / "plan.json"), "--zoo-results", str(folder / "results.jsonl"))
    _, output = run("pytest", *ZOO, *given, cwd=folder)
    found = folder / "results.jsonl"
    return [json.loads(line) for line in found.read_text().splitlines()] if found.exists() else [], output


def test_scenarios_that_need_not_see_a_mutant_are_tried_until_one_does(tmp_path: Path) -> None:
    scenarios = [f"test_suite.py::test_{name}" for name in ("first[1]", "second", "third")]
    results, output = ran(tmp_path, [("facade_cutting_texts", scenario) for scenario in scenarios])
    assert [(result["scenario"], result["colour"]) for result in results] == [
        (scenarios[0], "green"),
        (scenarios[1], "red"),
    ], output
    assert re.match(r"assertion: it is broken", str(results[1]["words"]))


def test_each_scenario_that_has_to_see_a_mutant_is_tried(tmp_path: Path) -> None:
    own = list(MUTANTS["facade_that_waits_for_each"].seen)
    file, _, function = own[0].partition("[")[0].partition("::")
    marks = '@pytest.mark.system(messages())\n@pytest.mark.parametrize("name", ["logging-1", "messages-1"])\n'
    code = f"import pytest\nfrom harness.messages import messages\n\n{marks}def {function}(name):\n    assert False\n"
    (tmp_path / file).write_text(code)
    results, output = ran(tmp_path, [("facade_that_waits_for_each", scenario) for scenario in own])
    assert [(result["scenario"], result["colour"]) for result in results] == [(each, "red") for each in own], output


def test_what_a_caught_mutant_leaves_out_does_not_disturb_the_next(tmp_path: Path) -> None:
    other = "@pytest.mark.system(messages())\ndef test_fourth(tmp_path):\n    pass\n"
    (tmp_path / "test_other.py").write_text(f"import pytest\nfrom harness.messages import messages\n\n{other}")
    left = [("facade_cutting_texts", f"test_suite.py::test_{name}") for name in ("second", "third")]
    results, output = ran(tmp_path, [*left, ("logging_in_ascii", "test_other.py::test_fourth")])
    assert [result["colour"] for result in results] == ["red", "green"], output


def test_each_mutant_is_in_its_own_system_only(tmp_path: Path) -> None:
    plan = [(name, "test_suite.py::test_first[1]") for name in ("facade_cutting_texts", "logging_in_ascii")]
    results, output = ran(tmp_path, plan)
    assert [result["colour"] for result in results] == ["green", "red"], output
    assert "wrong system" in str(results[1]["words"])


def test_a_scenario_that_is_not_there_ends_the_run(tmp_path: Path) -> None:
    results, output = ran(tmp_path, [("logging_in_ascii", "test_suite.py::test_first[3]")])
    assert not results
    assert "there is no scenario 'test_suite.py::test_first[3]'" in output


def test_all_mutants_fit_their_scenarios(tmp_path: Path) -> None:
    plan = pairs(MUTANTS.values())
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    given = ("--zoo-plan", str(tmp_path / "plan.json"), "--zoo-results", str(tmp_path / "results.jsonl"))
    status, output = run("pytest", *ZOO, *given, "--collect-only", "scenarios")
    assert status == 0, output
    assert f"{len(plan)}/" in output


@pytest.mark.parametrize("name", MUTANTS)
def test_each_mutant_says_what_is_wrong_and_what_must_be_seen(name: str) -> None:
    mutant = MUTANTS[name]
    assert mutant.wrong.endswith(".")
    assert mutant.promise
    assert mutant.seen
    # What is said to survive may be red for no reason at all; an empty pattern would take any for it.
    assert mutant.survives or all(mutant.seen.values())


@pytest.mark.parametrize("name", MUTANTS)
def test_no_mutant_is_caught_by_a_failure_that_says_nothing(name: str) -> None:
    mutant = replace(MUTANTS[name], survives="")
    said = [Result(name, scenario, RED, f"{kind}: ", 1.0) for scenario in mutant.seen for kind in KINDS.values()]
    assert not [result for result in said if fate(mutant, result.scenario, result) is not Fate.MISTAKEN]


def test_bad_input_is_one_line_and_status_2(tmp_path: Path) -> None:
    for given, words in (
        (["facade_x"], "there is no mutant 'facade_x'"),
        (["--slice", "tomorrow"], "--slice 'tomorrow' is no day"),
    ):
        status, output = run("tests.zoo", "--reports", str(tmp_path), *given)
        assert (status, output.count("\n")) == (2, 1), output
        assert output.startswith(f"error: {words}")


def test_results_of_another_commit_are_not_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "zoo.jsonl").write_text('{"commit": "0123456789"}\n')
    status, output = run("tests.zoo", "--reports", str(tmp_path), "facade_cutting_texts")
    assert (status, output.count("\n")) == (2, 1), output
    assert "is of commit 0123456789, and this is" in output


def test_every_service_mutant_is_in_the_zoo() -> None:
    folder = Path(__file__).parents[2] / "services" / "mutants"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules == {module for mutant in MUTANTS.values() for module in mutant.services.values()}


def test_scenarios_run_with_one_mutant_where_somebody_else_runs_them(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    one = ("-p", "tests.zoo.with_mutant", "-p", "no:cacheprovider", "-q", "--mutant")
    status, output = run("pytest", *one, "facade_cutting_texts", "-k", "test_first", cwd=tmp_path)
    assert status == 0, output
    status, output = run("pytest", *one, "facade_without_idempotence", "-k", "test_first", cwd=tmp_path)
    assert "1 failed, 1 passed" in output
    status, output = run("pytest", *one, "facade_cutting", cwd=tmp_path)
    assert status == 2
    assert "there is no mutant 'facade_cutting'; there are facade_cutting_texts, " in output
