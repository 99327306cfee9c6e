"""Freezes a container, as often as it takes."""

from __future__ import annotations

from docker.api import APIClient
from docker.errors import APIError

from harness.backends.engine import cause, complaining
from harness.errors import AwaitTimeoutError, EnvironmentUnfitError
from harness.waiting import until

_FREEZING_TIMEOUT_S = 5.0


def freeze(api: APIClient, container: str, node: str) -> None:
    """Freezes every process of a container.

    Args:
        api: of the engine.
        container: its id.
        node: the name of the node.

    Raises:
        EnvironmentUnfitError: the engine can't.
    """
    try:
        with complaining(f"pause {node}"):
            until(f"{node} to freeze", lambda: _freezes(api, container), timeout_s=_FREEZING_TIMEOUT_S, passing=())
    except AwaitTimeoutError as error:
        raise EnvironmentUnfitError(f"the Docker engine could not pause {node}: {error}") from error


def _freezes(api: APIClient, container: str) -> bool:
    """Whether the container froze when it was asked to.

    With cgroups of version 1, runc looks for some hundredths of a second until all tasks have stopped; on a busy
    machine it then thaws them again, gives up ("unable to freeze"), and leaves it to its caller to ask once more
    (opencontainers/runc, pull request 4388).
    """
    try:
        api.pause(container)
    except APIError as error:
        if "unable to freeze" not in cause(error):
            raise
        return False
    return True
