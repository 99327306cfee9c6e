import contextlib
import socket

import pytest

from harness.backends.docker_ports import HOST, HostPorts
from tests.backends.specs import tiny


def number_of(ports: HostPorts) -> int:
    return ports.of("tiny-1")["http"]


@pytest.fixture
def ports() -> HostPorts:
    ports = HostPorts()
    ports.choose(tiny(1))
    return ports


def linger(number: int) -> None:
    """A connection that the server hung up on first: its end lingers at the server's port."""
    with socket.create_server((HOST, number)) as server, socket.create_connection((HOST, number)) as client:
        server.accept()[0].close()
        assert client.recv(1) == b""


@pytest.mark.parametrize("lingering", [False, True])
def test_a_port_of_a_node_that_is_down_is_nobody_elses_and_refuses(ports: HostPorts, lingering: bool) -> None:
    ports.release("tiny-1")
    if lingering:
        linger(number_of(ports))
    ports.hold("tiny-1")
    for reuse in (False, True):
        with socket.socket() as stranger:
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
            with pytest.raises(OSError, match="in use"):
                stranger.bind((HOST, number_of(ports)))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, number_of(ports)), timeout=1)


@pytest.mark.parametrize("lingering", [False, True])
def test_it_can_be_had_once_the_node_is_about_to_start(ports: HostPorts, lingering: bool) -> None:
    ports.release("tiny-1")
    if lingering:
        linger(number_of(ports))
    ports.hold("tiny-1")
    ports.release("tiny-1")
    socket.create_server((HOST, number_of(ports))).close()


def test_a_port_that_a_stranger_took_meanwhile_is_left_to_him(ports: HostPorts) -> None:
    ports.release("tiny-1")
    with socket.create_server((HOST, number_of(ports))) as stranger:
        ports.hold("tiny-1")
        ports.close()
        with contextlib.closing(socket.create_connection((HOST, number_of(ports)), timeout=1)):
            stranger.accept()[0].close()
