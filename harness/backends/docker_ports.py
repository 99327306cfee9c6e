"""Host ports for published ports: chosen before the start and kept over restarts, unlike those an engine chooses."""

from __future__ import annotations

import random
import socket
from collections.abc import Mapping
from threading import Lock

from harness.errors import EnvironmentUnfitError
from harness.topology.nodes import NodeSpec

HOST = "127.0.0.1"
#: Below what systems give to outgoing connections, so that none of those can take a port while its node is stopped.
_RANGE = range(20_000, 32_000)
_ATTEMPTS = 200


class HostPorts:
    """The host ports of one deployment; each is held by a bound socket while its node is down."""

    def __init__(self) -> None:
        self._ports: dict[str, dict[str, int]] = {}
        self._held: dict[str, list[socket.socket]] = {}
        self._lock = Lock()

    def of(self, node: str) -> Mapping[str, int]:
        """The node's host ports by the names of its ports.

        Raises:
            KeyError: the node has none yet.
        """
        return self._ports[node]

    def host(self, node: str) -> str:
        """The address at which the ports of the node are published."""
        return HOST

    def endpoint(self, node: str, port: str) -> str:
        """The `host:port` at which the harness reaches a port of the node.

        Raises:
            KeyError: no such node or port.
        """
        return f"{self.host(node)}:{self._ports[node][port]}"

    def choose(self, spec: NodeSpec) -> None:
        """Chooses and holds a free host port for each of the node's ports that has none yet.

        Raises:
            EnvironmentUnfitError: no free one is found.
        """
        with self._lock:
            chosen = self._ports.setdefault(spec.name, {})
            for port in spec.ports.keys() - chosen.keys():
                held = _bind_a_free_one(spec.name, port)
                self._held.setdefault(spec.name, []).append(held)
                chosen[port] = held.getsockname()[1]

    def release(self, node: str) -> None:
        """Frees the node's ports: it starts now."""
        with self._lock:
            for held in self._held.pop(node, []):
                held.close()

    def hold(self, node: str) -> None:
        """Takes the ports of a node that is down, as far as it can, so that nobody else gets them meanwhile."""
        with self._lock:
            if node not in self._held:
                bound = [_bound(number) for number in self._ports.get(node, {}).values()]
                self._held[node] = [held for held in bound if held]

    def close(self) -> None:
        """Frees all ports."""
        for node in list(self._held):
            self.release(node)


class OwnPorts(HostPorts):
    """The ports of a deployment whose network publishes none: they are asked at the nodes' own addresses."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """Of nodes with these addresses, which may be added later."""
        super().__init__()
        self._addresses = addresses
        self._own: dict[str, Mapping[str, int]] = {}

    def of(self, node: str) -> Mapping[str, int]:
        """None: no port of this host leads to the node."""
        return {}

    def endpoint(self, node: str, port: str) -> str:
        """The `host:port` at which the harness reaches a port of the node.

        Raises:
            KeyError: no such node or port.
        """
        return f"{self._addresses[node]}:{self._own[node][port]}"

    def choose(self, spec: NodeSpec) -> None:
        """Takes note of the node's ports."""
        self._own[spec.name] = spec.ports


class MachinePorts(HostPorts):
    """The ports of nodes on several machines: published at the address of each, where nothing here can hold them."""

    def __init__(self, hosts: Mapping[str, str]) -> None:
        """Of nodes on machines with these addresses, by the names of nodes, which may be added later."""
        super().__init__()
        self._hosts = hosts

    def host(self, node: str) -> str:
        """The address of its machine.

        Raises:
            KeyError: it has none yet.
        """
        return self._hosts[node]

    def choose(self, spec: NodeSpec) -> None:
        """Chooses a port for each of the node's ports that has none yet, which no other node here has."""
        with self._lock:
            chosen = self._ports.setdefault(spec.name, {})
            taken = {number for ports in self._ports.values() for number in ports.values()}
            for port in spec.ports.keys() - chosen.keys():
                chosen[port] = random.choice([number for number in _RANGE if number not in taken])
                taken.add(chosen[port])

    def hold(self, node: str) -> None:
        """Does nothing: a port of another machine is free as long as the node is down."""


def _bind_a_free_one(node: str, port: str) -> socket.socket:
    for number in random.sample(_RANGE, _ATTEMPTS):
        if held := _bound(number):
            return held
    raise EnvironmentUnfitError(
        f"no free host port for port {port} of {node}: {_ATTEMPTS} tried between {_RANGE.start} and {_RANGE.stop}"
    )


def _bound(number: int) -> socket.socket | None:
    """A bound socket that does not listen: it holds its port, and connections are refused as if the node were down."""
    for beside_what_lingers in (False, True):
        held = socket.socket()
        # Connections of before linger for a minute where their node is down. Who permits to bind beside these shares
        # the port with others who do, as long as he permits it.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, beside_what_lingers)
        try:
            held.bind((HOST, number))
        except OSError:
            held.close()
            continue
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, False)
        return held
    return None
