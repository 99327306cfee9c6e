"""`pytest --attach`: a run that works in the system of `harness up` and leaves it running."""

import json
import re
from pathlib import Path

from harness.messages.forensics.facts import EVIDENCE
from harness.reading import read
from harness.waiting import until
from tests.running import MEMBERS_ONLY, ROOT, SCENARIO, run, start
from tests.session.up.running import Running

#: Declares the system that SCENARIO does, and lets a leader hang, which is healed sooner than one that was killed.
OF_THE_SAME_SYSTEM = "scenarios/test_kafka_leader.py::test_a_leader_that_stops_or_hangs_loses_no_message[pause-10]"


def attached(reports: Path, *arguments: str) -> tuple[int, str]:
    return run("pytest", "--attach", f"--reports={reports}", *arguments)


def nodes() -> dict[str, str]:
    """The address of every server that runs."""
    _, output = run("harness", "status", "--json")
    seen = json.loads(output)["nodes"]
    return {node["name"]: node["address"] for node in seen if node["phase"] == "running" and node["kind"] != "service"}


def test_a_run_works_in_the_running_system_and_leaves_it_ready_for_the_next(system: Running, tmp_path: Path) -> None:
    before = nodes()

    first = start("pytest", "--attach", f"--reports={tmp_path / 'first'}", SCENARIO)
    refused = until("the run to be attached", sent, lambda answer: answer[0] == 2, timeout_s=60)
    output, _ = first.communicate(timeout=120)
    assert first.returncode == 0, output
    assert "starting" not in output
    assert f"error: a pytest run (process {first.pid}) works in the system now: wait for its end\n" == refused[1]

    used = topic_of(tmp_path / "first")
    # In between it has none.
    ready = until("the session to make it ready", topic, lambda now: now not in (used, "None"), timeout_s=60)
    assert nodes() == before
    status, output = attached(tmp_path / "second", OF_THE_SAME_SYSTEM)
    assert status == 0, output
    assert topic_of(tmp_path / "second") == ready

    assert run("harness", "send", "1")[0] == 0
    assert nodes() == before


def test_a_scenario_that_needs_no_brokers_leaves_those_of_the_running_system(system: Running, tmp_path: Path) -> None:
    before = nodes()
    status, output = attached(tmp_path, MEMBERS_ONLY)
    assert status == 0, output
    assert run("harness", "send", "1")[0] == 0
    assert nodes() == before


def test_a_run_that_wants_other_timings_is_refused(system: Running, tmp_path: Path) -> None:
    status, output = attached(tmp_path, SCENARIO, "--timings", "vendor")
    assert status == 2
    assert "the running system has the fast timings, not vendor" in output


def test_a_run_that_wants_another_backend_is_refused(system: Running, tmp_path: Path) -> None:
    other = "process" if system.backend == "docker" else "docker"
    status, output = attached(tmp_path, SCENARIO, "--backend", other)
    assert status == 2
    assert f"on the {system.backend} backend" in output


def test_a_scenario_of_another_topology_says_so(system: Running, tmp_path: Path) -> None:
    status, output = attached(tmp_path, "scenarios/test_distributed_map.py", "-k", "zone")
    assert status != 0
    assert (
        "the running system has 3 Hazelcast members, 3 Kafka brokers, and this scenario needs 4 Hazelcast members"
        in output
    )


_LOST = """
import pytest
from harness.assertions import assert_holds
from harness.messages import messages
from harness.messages.checkers import delivery

@pytest.mark.faulttolerance
@pytest.mark.system(messages(consumers=False))
def test_what_nobody_reads_is_lost(system):
    system.post(2)
    system.history.client().invoke("drain").ok({"messages-1": []})
    assert_holds(system.history, delivery.check, exactly_once=True)
"""


def test_the_evidence_of_a_loss_is_had_from_the_running_system(system: Running, tmp_path: Path) -> None:
    (tmp_path / "test_lost.py").write_text(_LOST)
    settings = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"))
    status, output = attached(tmp_path / "reports", *settings, str(tmp_path / "test_lost.py"))
    assert status == 1, output
    assert "2 of 2 acknowledged messages never reached a messages instance" in output
    (history,) = (tmp_path / "reports" / "histories").glob("*.jsonl")
    (evidence,) = [event.value for event in read(history) if event.f == EVIDENCE]
    assert evidence["lacking"] == []
    assert {name: len(held) for name, held in evidence["brokers"].items()} == {f"kafka-{n}": 2 for n in (1, 2, 3)}
    assert [line[2] for line in evidence["log"]].count("queued") == 2


def sent() -> tuple[int, str]:
    return run("harness", "send", "1")


def topic() -> str:
    return f"messages-{json.loads(run('harness', 'status', '--json')[1])['system']}"


def topic_of(reports: Path) -> str:
    """The topic whose leader the scenario hurt."""
    (history,) = (reports / "histories").glob("*.jsonl")
    found = re.search(r"leads partition \d+ of (messages-[0-9a-f]+-\d+)", history.read_text())
    assert found
    return found[1]
