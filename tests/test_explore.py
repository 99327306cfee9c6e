"""`harness explore` follows plan after plan, keeps what did not hold, and goes on with the next seeds."""

import json
from pathlib import Path

import pytest

from tests.running import run

_SUITE = """
import pytest
from harness import Draw

pytestmark = [
    pytest.mark.faulttolerance, pytest.mark.nemesis(Draw(faults=("kill",), targets=("leader", "controller")))
]

def test_it(plan, history):
    history.invoke(1, "order", 7).ok()
    if plan.seed % 3 == 0:
        raise AssertionError("the seed is a multiple of three")

def test_other(plan):
    pass

def test_without_a_plan():
    raise AssertionError("it follows no plan")
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite with two scenarios that follow plans, one of which fails with every third, and one that follows none."""
    (tmp_path / "test_suite.py").write_text(_SUITE)
    return tmp_path


def explore(suite: Path, *arguments: str) -> tuple[int, str]:
    return run("harness", "explore", str(suite / "test_suite.py"), "--into", str(suite / "explored"), *arguments)


def journal(suite: Path) -> list[tuple[str, int, str]]:
    lines = (suite / "explored" / "explored.jsonl").read_text().splitlines()
    return [(one["scenario"].rpartition("::")[2], one["seed"], one["result"]) for one in map(json.loads, lines)]


@pytest.mark.servers
def test_it_goes_on_where_it_stopped_and_keeps_what_did_not_hold(suite: Path) -> None:
    until_one_fails = ("--backend", "process", "--", "--maxfail=1")
    status, output = explore(suite, *until_one_fails)
    assert status == 1, output
    assert journal(suite) == [("test_it", 1, "held"), ("test_it", 2, "held"), ("test_it", 3, "broken")]
    assert "3 plans now; 3 in all: 2 held, 1 broken." in output
    assert "test_it, seed 3: AssertionError: the seed is a multiple of three" in output
    assert "--nemesis-seed 3" in output
    (kept,) = (suite / "explored").glob("*test_it*.jsonl")
    assert "order" in kept.read_text()

    explore(suite, *until_one_fails)
    others = [("test_other", seed, "held") for seed in range(1, 6)]
    more = [("test_it", 4, "held"), ("test_it", 5, "held"), *others, ("test_it", 6, "broken")]
    assert journal(suite)[3:] == more


@pytest.mark.servers
def test_it_ends_with_the_time(suite: Path) -> None:
    status, output = explore(suite, "--duration", "0s", "--backend", "process")
    assert (status, "1 plans now; 1 in all: 1 held." in output) == (0, True), output


@pytest.mark.servers
def test_a_suite_without_random_plans_is_said(suite: Path) -> None:
    (suite / "test_suite.py").write_text("def test_it():\n    pass\n")
    status, output = explore(suite)
    assert status == 2
    assert "test_suite.py follows a random plan: give it the marker `nemesis`" in output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--duration", "soon"), "--duration is 'soon'; give a time such as 90s, 10m or 2h"),
        ((), "explored.jsonl is no journal of an exploration"),
    ],
)
def test_what_can_not_be_used_is_refused_in_a_line(suite: Path, arguments: tuple[str, ...], words: str) -> None:
    (suite / "explored").mkdir()
    (suite / "explored" / "explored.jsonl").write_text("no JSON\n")
    status, output = explore(suite, *arguments)
    assert (status, len(output.splitlines())) == (2, 1), output
    assert words in output
