"""Checks that the ports which an engine publishes can be reached: it publishes them on the loopback of its own network.

That is another one than this process' where the engine is on another machine (DOCKER_HOST), or where this process is
in a container and only the engine's socket was handed in.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.backends.gone import accepts
from harness.backends.host_networks import is_near
from harness.backends.protocol import Node, running_nodes
from harness.errors import AwaitTimeoutError, EnvironmentUnfitError
from harness.waiting import until

_TIMEOUT_S = 15.0


def assert_reached(nodes: Sequence[Node], machine: str = "") -> None:
    """Checks by nodes that were just started on one machine that its engine's published ports can be reached.

    Where their network is one of this host's that is certain. Else a published port has to accept: before its server
    listens, an engine that publishes through a virtual machine or without root accepts for it.

    Raises:
        EnvironmentUnfitError: nothing can be reached.
    """
    if not nodes or is_near(nodes[0].address):
        return
    try:
        until("a published port to accept", lambda: _accepting(nodes) or not running_nodes(nodes), timeout_s=_TIMEOUT_S)
    except AwaitTimeoutError as error:
        if machine:
            raise EnvironmentUnfitError(
                f"the engine of {machine} runs containers, but none of the ports that it publishes is to be had here "
                f"(such as {_endpoints(nodes[0])[0]}): have what filters packets let ports 20000 to 31999 through, or "
                "correct the address of that machine"
            ) from error
        raise EnvironmentUnfitError(
            f"the Docker engine runs containers, but none of the ports that it publishes is to be had here (such as "
            f"{_endpoints(nodes[0])[0]}): it is on another machine or in another network namespace. Run where the "
            "engine runs (in a container: with the host's network), or use --backend process"
        ) from error


def _accepting(nodes: Sequence[Node]) -> bool:
    return any(accepts(endpoint) for node in nodes for endpoint in _endpoints(node))


def _endpoints(node: Node) -> list[str]:
    return [node.endpoint(port) for port in node.spec.ports]
