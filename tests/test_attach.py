"""`pytest --attach`: a run that works in the system of `harness up` and leaves it running."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends.engine import why_unavailable
from harness.waiting import until
from tests.running import MEMBERS_ONLY, SCENARIO, run, start

BACKEND = "process" if why_unavailable() else "docker"

pytestmark = pytest.mark.servers


def attached(reports: Path, *arguments: str) -> tuple[int, str]:
    return run("pytest", "--attach", f"--reports={reports}", *arguments)


def nodes() -> dict[str, str]:
    """The address of every server that runs."""
    _, output = run("harness", "status", "--json")
    seen = json.loads(output)["nodes"]
    return {node["name"]: node["address"] for node in seen if node["phase"] == "running" and node["kind"] != "service"}


def test_without_a_system_nothing_is_attached_to(tmp_path: Path) -> None:
    status, output = attached(tmp_path, SCENARIO)
    assert status == 2
    assert "no system is running: harness up" in output


def test_what_stays_up_anyway_is_not_kept(tmp_path: Path) -> None:
    status, output = attached(tmp_path, SCENARIO, "--keep-topology", "always")
    assert status == 2
    assert "--keep-topology: the system of --attach stays up anyway" in output


@pytest.fixture(scope="module")
def system() -> Iterator[None]:
    status, output = run("harness", "up", "--backend", BACKEND, "--no-consumers")
    assert status == 0, output
    yield
    assert run("harness", "down")[0] == 0


@pytest.mark.usefixtures("system")
def test_a_run_works_in_the_running_system_and_leaves_it(tmp_path: Path) -> None:
    before = nodes()

    run_ = start("pytest", "--attach", f"--reports={tmp_path}", SCENARIO)
    refused = until("the run to be attached", sent, lambda answer: answer[0] == 2, timeout_s=60)
    output, _ = run_.communicate(timeout=120)
    assert run_.returncode == 0, output
    assert "starting" not in output
    assert f"error: a pytest run (process {run_.pid}) works in the system now: wait for its end\n" == refused[1]

    assert run("harness", "send", "1")[0] == 0
    assert nodes() == before


@pytest.mark.usefixtures("system")
def test_a_scenario_that_needs_no_brokers_leaves_those_of_the_running_system(tmp_path: Path) -> None:
    before = nodes()
    status, output = attached(tmp_path, MEMBERS_ONLY)
    assert status == 0, output
    assert run("harness", "send", "1")[0] == 0
    assert nodes() == before


@pytest.mark.usefixtures("system")
def test_the_next_run_finds_a_system_that_was_made_ready_for_it(tmp_path: Path) -> None:
    assert attached(tmp_path / "first", SCENARIO)[0] == 0
    used = topic_of(tmp_path / "first")
    # In between it has none.
    ready = until("the session to make it ready", topic, lambda now: now not in (used, "None"), timeout_s=60)
    status, output = attached(tmp_path / "second", SCENARIO)
    assert status == 0, output
    assert topic_of(tmp_path / "second") == ready


@pytest.mark.usefixtures("system")
@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (["--timings", "vendor"], "the running system has the fast timings, not vendor"),
        (["--backend", "process" if BACKEND == "docker" else "docker"], f"on the {BACKEND} backend"),
    ],
)
def test_a_run_that_wants_another_system_is_refused(tmp_path: Path, arguments: list[str], refusal: str) -> None:
    status, output = attached(tmp_path, SCENARIO, *arguments)
    assert status == 2
    assert refusal in output


@pytest.mark.usefixtures("system")
def test_a_scenario_of_another_topology_says_so(tmp_path: Path) -> None:
    status, output = attached(tmp_path, "scenarios/test_distributed_map.py", "-k", "zone")
    assert status != 0
    assert (
        "the running system has 3 Hazelcast members, 3 Kafka brokers, and this scenario needs 4 Hazelcast members"
        in output
    )


def sent() -> tuple[int, str]:
    return run("harness", "send", "1")


def topic() -> str:
    return f"messages-{json.loads(run('harness', 'status', '--json')[1])['system']}"


def topic_of(reports: Path) -> str:
    """The topic whose leader the scenario killed."""
    (history,) = (reports / "histories").glob("*.jsonl")
    found = re.search(r"leads partition \d+ of (messages-[0-9a-f]+-\d+)", history.read_text())
    assert found
    return found[1]
