"""A scenario with a random nemesis from its first run to a repetition, on tiny servers; what can't work is refused."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.reading import read
from tests.running import run

_SUITE = """
import pytest
from harness import Draw, follow
from tests.backends.kind import Tiny

pytestmark = pytest.mark.faulttolerance

@pytest.mark.system(Tiny(2))
@pytest.mark.nemesis(Draw(("pause", "isolate"), ("tiny-1", "tiny-2"), 3, lasting_s=(0.1, 0.2), quiet_s=(0.1, 0.5)))
def test_it(plan, system, faults):
    follow(faults, system.history, plan)
"""
#: Nodes that have no networks of their own.
_ON_THE_LOOPBACK = """
from harness.backends import namespaces
namespaces._PROGRAMS = ("no-such-program",)
"""
#: The first whose plan is not empty.
_SEED = "5"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "test_suite.py").write_text(_SUITE)
    (tmp_path / "conftest.py").write_text(_ON_THE_LOOPBACK)
    return tmp_path


def scenario(suite: Path, *options: str) -> tuple[int, str]:
    return run("pytest", "test_suite.py", "--backend", "process", *options, cwd=suite)


@pytest.mark.servers
def test_a_run_is_repeated_with_the_plan_of_its_history(suite: Path) -> None:
    status, output = scenario(suite, "--nemesis-seed", _SEED)
    assert status == 0, output
    (path,) = suite.glob("reports/histories/*.jsonl")
    told = {event.f: event.value for event in read(path)}
    assert told["scenario"] == {
        "id": f"test_suite.py::test_it[seed {_SEED}]",
        "backend": "process",
        "timings": "fast",
        "seed": 0,
    }
    assert {act["fault"] for act in told["plan"]["acts"]} == {"pause"}

    status, output = run("harness", "replay", "--rerun", str(path), cwd=suite)
    assert status == 0, output
    (again,) = suite.glob("reports/rerun/histories/*.jsonl")
    assert {event.f: event.value for event in read(again)}["plan"] == told["plan"]
    assert path.exists()


def test_a_plan_that_can_not_work_on_the_backend_is_refused_before_anything_starts(suite: Path) -> None:
    acts = [{"at_s": 1, "fault": fault, "target": "tiny-1", "lasting_s": 2} for fault in ("pause", "isolate", "pause")]
    plan = suite / "plan.json"
    plan.write_text(json.dumps({"acts": acts}))
    status, output = scenario(suite, "--nemesis-plan", str(plan))
    assert status == 2
    said = "act 2 of the plan (at 1 s: isolate tiny-1 for 2 s): this backend can't isolate: its nodes are not networked"
    assert said in output
    assert "starting" not in output


@pytest.mark.servers
def test_a_plan_whose_target_is_not_there_is_refused_with_its_act(suite: Path) -> None:
    plan = suite / "plan.json"
    plan.write_text(json.dumps({"acts": [{"at_s": 1, "fault": "pause", "target": "leader", "lasting_s": 2}]}))
    status, output = scenario(suite, "--nemesis-plan", str(plan))
    assert status == 2
    assert "the plan has no such target here (at 1 s: pause leader for 2 s); there are tiny-1, tiny-2" in output


_MATRIX = """
import pytest
from harness import Draw

@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.nemesis(Draw(("pause",), ("tiny-1",)))
def test_a(plan, count):
    pass

@pytest.mark.nemesis(Draw(("kill",), ("tiny-1",)))
def test_b(plan):
    pass

def test_without_a_plan():
    pass
"""


def collected(suite: Path, *options: str) -> list[str]:
    """The ids of the scenarios that a run with these options would have."""
    (suite / "test_suite.py").write_text(_MATRIX)
    status, output = scenario(suite, "--collect-only", "-q", *options)
    assert status == 0, output
    return [line.partition("::")[2] for line in output.splitlines() if line.startswith("test_suite.py::")]


def test_the_seed_of_today_is_the_day_and_is_told(suite: Path) -> None:
    days = [f"{datetime.now(UTC):%Y%m%d}"]
    status, output = scenario(suite, "--collect-only", "--nemesis-seed", "today")
    days.append(f"{datetime.now(UTC):%Y%m%d}")  # it may be midnight
    assert status == 0, output
    assert any(f"test_it[seed {day}]" in output for day in days), output


def test_a_seed_draws_one_scenario_and_the_same_one_each_time(suite: Path) -> None:
    drawn = collected(suite, "--nemesis-seed", "1-30", "--nemesis-one")
    seeds = [int(re.search(r"seed (\d+)", id_)[1]) for id_ in drawn]  # type: ignore[index]
    assert sorted(seeds) == list(range(1, 31))
    assert {re.sub(r"seed \d+", "", id_) for id_ in drawn} == {"test_a[-1]", "test_a[-2]", "test_b[]"}
    assert drawn == collected(suite, "--nemesis-seed", "1-30", "--nemesis-one")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--nemesis-seed", "yesterday"], "is 'yesterday'; give a number such as 7, some such as 1-200, or today"),
        (["--nemesis-plan", "plan.json", "--nemesis-one"], "--nemesis-plan has its plan already: leave out "),
    ],
)
def test_what_fits_no_plan_is_refused(suite: Path, options: list[str], said: str) -> None:
    status, output = scenario(suite, *options)
    assert status == 2
    assert said in output
