"""Services in containers that no harness has started: the engine breaks them, and all is as before afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends import engine
from harness.backends.given.journal import Journal
from harness.backends.given.node import given_node
from harness.backends.gone import accepts
from harness.backends.protocol import Killable
from harness.backends.session import Session
from harness.errors import EXIT_BAD_INPUT, NotEndedError
from harness.messages.description.decoding import decode
from harness.messages.description.kinds import kinds
from harness.messages.description.launching import specs
from harness.waiting import until
from tests.given.contained import NAMES, WITHOUT_INIT, Contained, contained
from tests.given.outside import run, written
from tests.given.small import BEFORE
from tests.running import ROOT, start

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(engine.why_unavailable() is not None, reason="no Docker engine answers"),
]

SCENARIOS = ("scenarios/test_logging_instances.py", "scenarios/test_services.py")
ONE = "scenarios/test_logging_instances.py::test_losing_logging_instances_costs_no_request[1]"
PLUGIN = ("-p", "no:cacheprovider", "-q")
HANGING = """import threading

import pytest
from harness import Kill, node
from harness.messages import messages

pytestmark = [pytest.mark.faulttolerance, pytest.mark.system(messages("any"))]


def test_hanging(system, faults):
    faults.inject(Kill(), node("logging-2"))
    print("it is dead", flush=True)
    threading.Event().wait()
"""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contained]:
    with contained(tmp_path_factory.mktemp("outside") / "contained") as services:
        yield services


def test_containers_are_killed_paused_and_stopped_and_all_run_again(services: Contained, tmp_path: Path) -> None:
    before = services.states()
    asked = ("--system", str(services.file()), "--yes-break-it", f"--reports={tmp_path / 'reports'}")
    chosen = "(costs_no_request and 1) or logged_the_others or losing_the_facade"
    status, output = run("pytest", *SCENARIOS, "-k", chosen, *asked, *PLUGIN, cwd=ROOT)
    assert status == 0, output
    assert "4 passed" in output
    assert "what the report lacks" not in output
    after = services.states()
    assert {name: state["Status"] for name, state in after.items()} == dict.fromkeys(NAMES, "running")
    assert all(map(accepts, services.at.values()))
    assert after["facade"]["Pid"] != before["facade"]["Pid"]
    assert after["logging-1"]["Pid"] != before["logging-1"]["Pid"]
    assert tuple((services.folder / "messages").read_text().splitlines()[: len(BEFORE)]) == BEFORE


def test_it_refuses_to_break_them_unasked_and_says_how_it_would(services: Contained) -> None:
    before = services.states()
    status, output = run("pytest", ONE, "--system", str(services.file()), *PLUGIN, cwd=ROOT)
    assert status == EXIT_BAD_INPUT, output
    for name, container in services.containers.items():
        assert f"{name} at {services.at[name]}: kill by `docker kill {container.name}`; stop by `docker stop" in output
    assert services.states() == before


def test_a_container_that_is_none_is_named_before_anything_is_broken(services: Contained, tmp_path: Path) -> None:
    file = services.file("wrong.toml")
    container = services.containers["logging-2"].name
    file.write_text(file.read_text().replace(container, "harness-test-no-container"))
    asked = ("--system", str(file), "--yes-break-it", f"--reports={tmp_path / 'reports'}")
    before = services.states()
    status, output = run("pytest", ONE, *asked, *PLUGIN, cwd=ROOT)
    assert status == EXIT_BAD_INPUT, output
    assert f"logging-2 listens at {services.at['logging-2']}, and no container harness-test-no-container runs" in output
    assert "Traceback" not in output
    assert services.states() == before


def test_a_harness_that_is_killed_leaves_a_container_to_its_watchdog(services: Contained, tmp_path: Path) -> None:
    suite, file = written(tmp_path, HANGING), services.file()
    process = start("pytest", "-s", "--system", str(file), "--yes-break-it", cwd=suite)
    try:
        until("it to kill an instance", lambda: "it is dead" in process.stdout.readline(), timeout_s=300)
        assert not accepts(services.at["logging-2"])
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    until("the watchdog to start it again", lambda: accepts(services.at["logging-2"]), timeout_s=180)


def test_who_does_not_end_as_the_first_process_of_a_container_is_told_why(services: Contained) -> None:
    file = services.file()
    description = decode(file)
    nodes = {spec.name: spec for spec in specs(description, kinds(description, file.parent), members=0, brokers=0)}
    node = given_node(nodes[WITHOUT_INIT], Journal(Session.of_this_process()))
    assert isinstance(node, Killable)
    with pytest.raises(
        NotEndedError, match="logging-3 had not ended 20 s after stop; its program is the first process"
    ):
        node.stop()
    node.start()
    assert accepts(services.at[WITHOUT_INIT])
