"""Nodes as processes in networks of their own: who reaches whom, that no two runs meet, and what is left of them."""

import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address

import httpx
import psutil
import pytest

from harness.backends import namespaces
from harness.backends.namespaces import why_not
from harness.backends.process import ProcessBackend, ProcessDeployment
from harness.backends.process_node import ProcessNode
from harness.backends.protocol import Interposable, Networked
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
from harness.session.exec_in_node import exec_in_node
from harness.topology.nodes import Topology
from tests.backends.specs import tiny

pytestmark = pytest.mark.process
needs_networks = pytest.mark.skipif(bool(why_not()), reason="nodes can't have networks of their own")
_CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5)
except OSError as error:
    print(error.strerror)
"""


def deployed() -> ProcessDeployment:
    backend = ProcessBackend(Session.of_this_process())
    return backend.deploy(Topology("two", (tiny(1), tiny(2))), lambda line: None)


@pytest.fixture(scope="module")
def deployment() -> Iterator[ProcessDeployment]:
    with deployed() as deployment:
        yield deployment


def refusal(node: ProcessNode, address: str, port: int) -> str:
    """The error of a connection from a node's network; nothing if it can be made."""
    context = node.exec_context()
    command = [*context.enter, sys.executable, "-c", _CONNECT, address, str(port)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@needs_networks
def test_a_node_reaches_the_others_and_this_host_and_nobody_beyond(deployment: ProcessDeployment) -> None:
    one, two = deployment.nodes["tiny-1"], deployment.nodes["tiny-2"]
    assert httpx.get(f"http://{one.endpoint('http')}/", timeout=5).is_success
    assert refusal(one, two.address, two.spec.ports["http"]) == ""
    host = ip_address(one.address) - int(one.address.rpartition(".")[2]) + 1
    assert refusal(one, str(host), 9) == "Connection refused"
    assert refusal(one, "198.51.100.1", 9) == "Network is unreachable"


@needs_networks
def test_no_two_runs_have_an_address_in_common(deployment: ProcessDeployment) -> None:
    with deployed() as other:
        every = [node.address for each in (deployment, other) for node in each.nodes.values()]
        assert len({address.rpartition(".")[0] for address in every}) == 2
        for each in (deployment, other):
            assert httpx.get(f"http://{each.nodes['tiny-2'].endpoint('http')}/", timeout=5).is_success


@needs_networks
def test_nothing_of_it_is_left_once_it_is_closed() -> None:
    with deployed() as deployment:
        session = deployment._site.session.id
        assert [name for name in psutil.net_if_addrs() if session in name]
    assert not [name for name in psutil.net_if_addrs() if session in name]


@needs_networks
def test_what_is_run_beside_a_node_is_in_its_network(
    deployment: ProcessDeployment, capfd: pytest.CaptureFixture[str]
) -> None:
    node = deployment.nodes["tiny-1"]
    assert exec_in_node(node.exec_context(), ["ip", "-brief", "address"]) == 0
    assert f" {node.address}/24" in capfd.readouterr().out


@pytest.fixture
def without_a_program(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that lacks what it takes."""
    why_not.cache_clear()
    monkeypatch.setattr(namespaces, "_PROGRAMS", ("no-such-program",))
    yield
    why_not.cache_clear()


@pytest.mark.usefixtures("without_a_program")
def test_where_there_can_be_none_nodes_are_on_the_loopback_and_it_is_said_once() -> None:
    said: list[str] = []
    backend = ProcessBackend(Session.of_this_process())
    assert not backend.abilities & {Networked, Interposable}
    backend.prepare([tiny(1).kind], said.append)
    backend.prepare([tiny(1).kind], said.append)
    why = why_not() or ""
    assert [line for line in said if "network" in line] == [
        f"nodes have no networks of their own, and what breaks these is skipped: {why}"
    ]
    with backend.deploy(Topology("one", (tiny(1),)), said.append) as deployment:
        node = deployment.nodes["tiny-1"]
        assert ip_address(node.address).is_loopback
        assert not node.impaired
        node.rejoin()
        with pytest.raises(EnvironmentUnfitError, match=f"^tiny-1 has no network of its own: {why}$"):
            node.impair("test")
