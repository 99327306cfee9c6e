"""Starts the container of a node: somebody may have a host port of it, or the engine may not have freed it yet."""

from __future__ import annotations

from collections.abc import Mapping

from docker.api import APIClient
from docker.errors import APIError

from harness.backends.engine import cause
from harness.errors import AwaitTimeoutError, EnvironmentUnfitError, NodeStartError
from harness.waiting import until

_FREE_PORT_TIMEOUT_S = 3.0


class PortTakenError(EnvironmentUnfitError):
    """A host port that was free when it was chosen is taken now."""


def start(api: APIClient, container: str, node: str, host: str, ports: Mapping[str, int]) -> None:
    """Starts a container once its host ports are free: the engine may be busy with freeing them.

    Args:
        api: of the engine.
        container: its id.
        node: the name of the node.
        host: the address at which its ports are published.
        ports: its host ports by the names of its ports.

    Raises:
        NodeStartError: the engine can't start it.
        PortTakenError: somebody has a host port of it.
    """

    def attempt() -> str:
        try:
            api.start(container)
        except APIError as error:
            if means_taken_port(error):
                return cause(error)
            raise NodeStartError(f"{node} could not be started: {cause(error)}") from error
        return ""

    try:
        until("free ports", attempt, lambda why: not why, timeout_s=_FREE_PORT_TIMEOUT_S, interval_s=0.2)
    except AwaitTimeoutError as error:
        raise PortTakenError(_which_port(node, host, ports, str(error))) from error


def means_taken_port(error: APIError) -> bool:
    """Whether the engine refused to start a container as a host port of it is taken."""
    words = cause(error).lower()
    return (
        "port is already allocated" in words or "address already in use" in words or "ports are not available" in words
    )


def _which_port(node: str, host: str, ports: Mapping[str, int], refusal: str) -> str:
    taken = {name: number for name, number in ports.items() if f":{number}" in refusal} or ports
    named = ", ".join(f"{host}:{number} (its port {name!r})" for name, number in taken.items())
    return f"{node} needs {named}, which is taken by another process: stop that, or start anew"
