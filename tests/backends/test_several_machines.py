"""One topology over two real engines: its nodes reach each other, and faults are those of one engine."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import docker
import httpx
import pytest

from harness.backends import docker_exec, engine
from harness.backends.docker import DockerBackend, DockerDeployment
from harness.backends.docker_node import DockerNode
from harness.backends.docker_site import LABEL_MACHINE
from harness.backends.machines import Machine
from harness.backends.protocol import Phase
from harness.backends.session import Session
from harness.backends.watchdog import clean
from harness.faults import Delay, Disconnect, Isolate, LostAnswers
from harness.topology.nodes import Topology
from tests.backends.engines import needs_engines
from tests.backends.specs import TINY, tiny

pytestmark = [pytest.mark.docker, needs_engines]

_ASK = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())"
_THREE = Topology("three", (tiny(1), tiny(2), tiny(3)))


@pytest.fixture(scope="module")
def deployment(machines: tuple[Machine, ...], tiny_image: str) -> Iterator[DockerDeployment]:
    """Three nodes, for tests that leave them as they were."""
    session = Session.of_this_process()
    backend = DockerBackend(session, images={TINY.name: tiny_image}, machines=machines)
    with backend.deploy(_THREE, print) as deployment:
        yield deployment
    clean(session, quiet_s=0.0)


@pytest.fixture
def node(deployment: DockerDeployment) -> DockerNode:
    """The one on the second machine, which another engine has than the one that made the network."""
    return deployment.nodes["tiny-2"]


def test_nodes_are_spread_and_each_knows_its_machine(
    deployment: DockerDeployment, machines: tuple[Machine, ...]
) -> None:
    assert {name: node.machine for name, node in deployment.nodes.items()} == {
        "tiny-1": "machine-1",
        "tiny-2": "machine-2",
        "tiny-3": "machine-1",
    }
    assert deployment.machines == "tiny-1, tiny-3 on machine-1; tiny-2 on machine-2"
    for machine in machines:
        with contextlib.closing(engine.connect(machine.url)) as client:
            labelled = client.containers.list(filters={"label": f"{LABEL_MACHINE}={machine.name}"})
            mine = [node for node in deployment.nodes.values() if node.machine == machine.name]
            assert {each.id for each in labelled} == {node.exec_context().container for node in mine}
            assert {node.exec_context().engine for node in mine} == {machine.url}


def test_addresses_are_those_of_one_engine_and_ports_are_at_the_machine(
    deployment: DockerDeployment, machines: tuple[Machine, ...]
) -> None:
    assert [node.address.rpartition(".")[2] for node in deployment.nodes.values()] == ["9", "10", "11"]
    at = [node.endpoint("http").partition(":")[0] for node in deployment.nodes.values()]
    assert at == [machines[0].address, machines[1].address, machines[0].address]


def test_nodes_reach_each_other_by_name_and_by_address_across_machines(
    deployment: DockerDeployment, machines: tuple[Machine, ...]
) -> None:
    one, two = deployment.nodes["tiny-1"], deployment.nodes["tiny-2"]
    assert set(one.links().values()) == set(two.links().values()) == {True}
    for machine, asking, asked in ((machines[0], one, two), (machines[1], two, one)):
        with contextlib.closing(engine.connect(machine.url)) as client:
            command = ["python3", "-c", _ASK, f"http://{asked.spec.name}:8000/"]
            status, answer = docker_exec.run(client.api, asking.exec_context().container or "", command)
            assert (status, '"file": "later"' in answer) == (0, True), answer


def test_a_kill_is_a_kill_and_a_start_keeps_data_address_and_port(node: DockerNode) -> None:
    before, starts = (node.address, node.endpoint("http")), _get(node)["starts"]
    node.kill()
    state = node.state()
    assert (state.phase, state.exit_code) == (Phase.EXITED, 137)
    with pytest.raises(httpx.TransportError):
        _get(node)
    node.start()
    assert (node.address, node.endpoint("http")) == before
    assert _get(node)["starts"] == starts + 1
    assert node.address in node.logs().splitlines()[-1]


def test_an_address_is_free_however_often_the_only_node_of_a_machine_was_killed(
    deployment: DockerDeployment, node: DockerNode
) -> None:
    """The network comes to the machine anew each time, with another address of its own."""
    addresses = {each.address for each in deployment.nodes.values()}
    for _ in range(3):
        node.kill()
        node.start()
    name = deployment.nodes["tiny-1"]._site.name
    with contextlib.closing(docker.DockerClient(node.exec_context().engine)) as client:
        (network,) = client.networks.list(names=[name], greedy=True)
        own = {each["IPv4Address"].partition("/")[0] for each in network.attrs["Containers"].values()} - addresses
    assert own
    assert all(int(address.rpartition(".")[2]) >= 128 for address in own)


def test_a_paused_node_does_not_answer_until_it_is_resumed(node: DockerNode) -> None:
    node.pause()
    assert node.state().phase is Phase.PAUSED
    with pytest.raises(httpx.TimeoutException):
        _get(node, timeout_s=0.3)
    node.resume()
    assert _get(node)["file"] == "later"


def test_an_isolated_node_is_cut_off_from_those_of_each_machine_and_the_harness_still_reaches_it(
    node: DockerNode,
) -> None:
    Isolate().inject([node])
    try:
        proof = Isolate().proof([node])["tiny-2"]
        for link in ("tiny-2 to tiny-1", "tiny-1 to tiny-2", "tiny-2 to tiny-3", "tiny-3 to tiny-2"):
            assert link in proof
        assert _get(node)["file"] == "later"
    finally:
        Isolate().undo([node])
    assert set(node.links().values()) == {True}


@pytest.mark.parametrize("fault", [Delay(1.0), LostAnswers()], ids=lambda fault: fault.name)
def test_what_befalls_answers_befalls_those_at_published_ports_until_it_is_undone(
    node: DockerNode, fault: Delay | LostAnswers
) -> None:
    """They go through a proxy in the node's network, and come to it at another address than the node's."""
    fault.inject([node])
    try:
        assert set(fault.proof([node])) == {"tiny-2"}
        if isinstance(fault, Delay):
            assert _get(node)["file"] == "later"
    finally:
        fault.undo([node])
    began_s = time.monotonic()
    assert _get(node)["file"] == "later"
    assert time.monotonic() - began_s < 1.0


def test_a_connection_to_a_published_port_is_reset(node: DockerNode) -> None:
    host, _, port = node.endpoint("http").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as client:
        fault = Disconnect()
        fault.inject([node])
        assert "1 connections were reset" in fault.proof([node])["tiny-2"]
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def _get(node: DockerNode, *, timeout_s: float = 5.0) -> dict[str, int | str]:
    answer: dict[str, int | str] = httpx.get(f"http://{node.endpoint('http')}/", timeout=timeout_s).json()
    return answer
