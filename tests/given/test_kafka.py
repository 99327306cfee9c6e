"""Three brokers that no harness has started are given to it: it breaks them only if it may, and puts them back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import EXIT_BAD_INPUT
from harness.servers.kafka.recipe import KAFKA
from harness.servers.kafka.spec import brokers
from harness.topology.timings import FAST
from harness.waiting import until
from tests.given.outside import COMMANDS, Outside, outside, run, written
from tests.running import start

pytestmark = pytest.mark.process

SUITE = """import threading

import pytest
from harness import Isolate, Kill, Pause, node
from harness.messages import messages
from harness.servers.kafka import full_isr, kafka, leader_holding, new_leader
from harness.servers.kafka.assertions import assert_kept
from harness.servers.kafka.workloads.log import Log
from harness.servers.kafka.workloads.producing import Sending

pytestmark = [pytest.mark.faulttolerance, pytest.mark.system(kafka())]


def test_leader(system, faults, kafka_cluster):
    log = Log(system, sending=Sending(a_second=50))
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(100)
        killed = faults.inject(Kill(), leader_holding(log.topic, traffic.partitions)).until(new_leader(log.topic))
        traffic.sends.await_acknowledged(100)
        killed.undo().until(full_isr(log.topic))
    log.read()
    assert_kept(system.history, least_a_second=1)
    assert kafka_cluster.live() == {1, 2, 3}


def test_frozen(system, faults):
    faults.inject(Pause(), node("kafka-2"))


def test_observed(system, kafka_cluster):
    log = Log(system, sending=Sending(a_second=50))
    with log.traffic() as traffic:
        traffic.sends.await_acknowledged(100)
    log.read()
    assert_kept(system.history, least_a_second=1)


def test_hanging(system, faults):
    faults.inject(Kill(), node("kafka-3"))
    print("it is dead", flush=True)
    threading.Event().wait()


@pytest.mark.needs(Isolate())
def test_cut_off(system, faults):
    pass


@pytest.mark.system(kafka(1))
def test_one_broker(system):
    pass


@pytest.mark.system(kafka(settings={"num.partitions": "7"}))
def test_other_settings(system):
    pass


@pytest.mark.system(messages())
def test_services(system):
    pass
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("outside"), brokers(3, timings=FAST, settings={}, kind=KAFKA)) as servers:
        yield servers


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    return written(tmp_path, SUITE)


def at(servers: Outside) -> list[str]:
    return [f"{address}:9094" for address in servers.addresses.values()]


def given(servers: Outside) -> str:
    """The file that says where the brokers are, and how they are broken."""
    file = servers.folder / "given.toml"
    file.write_text(f"[kafka]\nat = {at(servers)}\n{COMMANDS}".replace("'", '"'))
    return str(file)


def test_the_leader_is_killed_and_started_again_by_the_commands(servers: Outside, suite: Path) -> None:
    before = {name: servers.pid(name) for name in servers.addresses}
    broken = ("test_suite.py::test_leader", "test_suite.py::test_frozen")
    status, output = run("pytest", *broken, "--given", given(servers), "--yes-break-it", cwd=suite)
    assert status == 0, output
    assert "2 passed" in output
    assert all(servers.listens(name) for name in servers.addresses)
    assert sum(servers.pid(name) != pid for name, pid in before.items()) == 1
    assert topics(servers) == set()


def test_it_refuses_to_break_what_it_did_not_start_and_names_each(servers: Outside, suite: Path) -> None:
    before = {name: servers.pid(name) for name in servers.addresses}
    status, output = run("pytest", "-q", "--given", given(servers), cwd=suite)
    assert status == EXIT_BAD_INPUT, output
    for name, address in servers.addresses.items():
        assert f"{name} at {address}:9094: kill by `sh -c 'kill -9 $(cat {name}/pid)'`" in output
    assert "pass --yes-break-it" in output
    assert before == {name: servers.pid(name) for name in servers.addresses}


def test_who_only_says_where_they_are_has_them_observed(servers: Outside, suite: Path) -> None:
    status, output = run("pytest", "--kafka-bootstrap", at(servers)[1], cwd=suite)
    assert status == 0, output
    assert "1 passed, 7 deselected" in output
    for why in (
        "it breaks nodes, and nobody has said how kafka-1, kafka-2, kafka-3 are killed or paused, and put back",
        "it needs to isolate, and nobody has said how that is done to kafka-1, kafka-2, kafka-3",
        "it needs 1 Kafka brokers, and 3 were given",
        "it needs Kafka brokers with num.partitions = 7, and those given have 3",
        "it needs services, and only servers were given",
    ):
        assert why in output
    assert topics(servers) == set()


def test_a_harness_that_is_killed_leaves_them_to_its_watchdog(servers: Outside, suite: Path) -> None:
    before = servers.pid("kafka-3")
    hanging = ("-s", "test_suite.py::test_hanging")
    process = start("pytest", *hanging, "--given", given(servers), "--yes-break-it", cwd=suite)
    try:
        until("it to kill a broker", lambda: "it is dead" in process.stdout.readline(), timeout_s=300)
        assert not servers.listens("kafka-3")
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    until("the watchdog to start it again", lambda: servers.listens("kafka-3"), timeout_s=180)
    assert servers.pid("kafka-3") != before


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--kafka-bootstrap", "127.0.0.1:1"], "no Kafka broker listens at 127.0.0.1:1; give host:port of those"),
        (["--kafka-bootstrap", "nonsense"], "--kafka-bootstrap: 'nonsense' is not HOST:PORT, such as 127.0.0.1:9092"),
        (["--kafka-bootstrap", "127.0.0.1:1", "-n", "2"], "several workers would break the same nodes at once"),
        (
            ["--kafka-bootstrap", "127.0.0.1:1", "--system", "x"],
            "--system: x says which servers there are, also",
        ),
    ],
)
def test_a_wrong_address_is_one_line(suite: Path, options: list[str], why: str) -> None:
    status, output = run("pytest", *options, cwd=suite)
    assert status == EXIT_BAD_INPUT
    assert why in output
    assert "Traceback" not in output


def topics(servers: Outside) -> set[str]:
    """The topics that brokers have not made for themselves."""
    from kafka import KafkaAdminClient

    admin = KafkaAdminClient(bootstrap_servers=at(servers))
    try:
        return {name for name in admin.list_topics() if not name.startswith("__")}
    finally:
        admin.close()
