"""The one system that the tests of this folder share: brought up once for each backend."""

import re
from collections.abc import Iterator

import pytest

from harness.backends.engine import why_unavailable
from tests.running import MEMBERS_ONLY, run
from tests.session.up.running import Running

BACKENDS = [
    # What differs between the two has tests of its own; by day the commands are shown on one of them.
    pytest.param("process", marks=[pytest.mark.process, *([] if why_unavailable() else [pytest.mark.nightly])]),
    pytest.param(
        "docker",
        marks=[pytest.mark.docker, pytest.mark.skipif(bool(why_unavailable()), reason="no Docker engine answers")],
    ),
]


@pytest.fixture(scope="package", params=BACKENDS)
def system(request: pytest.FixtureRequest) -> Iterator[Running]:
    """A system that is up for all tests of one backend; one of them may take it down, as the last."""
    backend: str = request.param
    ui = ["--ui"] if backend == "docker" else []
    status, output = run("harness", "up", "--backend", backend, "--no-consumers", *ui)
    assert status == 0, output
    # Its image can't be pulled everywhere; then it says so in one line, and goes on.
    consoles = re.findall(r"^(?:--ui: going on without )?(Hazelcast Management Center|Kafka UI): .+$", output, re.M)
    assert consoles == (["Hazelcast Management Center", "Kafka UI"] if ui else [])
    assert f"starting 3 Hazelcast members, 3 Kafka brokers ({backend})" in output
    assert "next: harness send 10" in output
    running = Running(backend)
    yield running
    if not running.is_down:
        running.take_down()


@pytest.fixture
def healed(system: Running) -> Iterator[Running]:
    """The same, with nothing broken afterwards."""
    yield system
    assert run("harness", "heal")[0] == 0


@pytest.fixture(scope="module")
def renewed(system: Running, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """The same with its services as they come up: no consumer was started yet, and nobody was hurt."""
    if not system.is_as_it_came_up():
        # A run that attaches has the services made anew, and so has what is sent after it.
        reports = tmp_path_factory.mktemp("reports")
        status, output = run("pytest", "--attach", f"--reports={reports}", MEMBERS_ONLY)
        assert status == 0, output
        assert run("harness", "send", "1")[0] == 0
        assert system.is_as_it_came_up()
    return system
