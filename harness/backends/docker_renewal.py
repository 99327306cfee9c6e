"""Containers that outlast their node: where a node is gone, the container's launcher begins the next node of that name.

That is for specs that are `renewable`. Their launcher takes orders on its standard input, each a line of JSON: it kills
all that runs beside it, writes the order's mark as a line when that is gone, and starts what the order says.
`services/launcher.py` is one. What is not fit for it, or doesn't obey, is made anew.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import docker
import requests
from docker.errors import DockerException

from harness.topology.nodes import NodeSpec

_OBEYED_TIMEOUT_S = 5.0
_BOTH_WAYS = {"stdin": 1, "stdout": 1, "stream": 1}


@dataclass(frozen=True)
class Vacant:
    """A container in which only the launcher runs.

    Attributes:
        container: its id.
        image: what it was made from.
        ports: which of its ports are published, by name.
        variables: those that it was made with, besides the image's.
    """

    container: str
    image: str
    ports: Mapping[str, int]
    variables: frozenset[str]

    def fits(self, spec: NodeSpec, image: str) -> bool:
        """Whether a node of this name would be made just like the one that the container had."""
        return can_be_renewed(spec) and (self.image, self.ports) == (image, dict(spec.ports))

    def begin(self, client: docker.DockerClient, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
        """Has the launcher begin a node, and gives the line of the log after which the node's own lines begin.

        Raises:
            NotRenewedError: it did not obey.
        """
        changes = {**dict.fromkeys(self.variables), **environment}
        return _order(client, self.container, arguments, changes)


class NotRenewedError(Exception):
    """A launcher did not obey: its container has to be made anew."""


def can_be_renewed(spec: NodeSpec) -> bool:
    """Whether nothing of a node with such a spec is left once its processes are gone."""
    return spec.renewable and not (spec.files or spec.files_when_ready or spec.disk_mb or spec.clock)


def vacate(client: docker.DockerClient, container: str) -> None:
    """Kills everything in a container but the launcher; returns when it is gone.

    Raises:
        NotRenewedError: the launcher did not obey.
    """
    _order(client, container, None, {})


def of_this_life(log: str, mark: str | None) -> str:
    """The part of a log that was written after the mark."""
    return log if mark is None else log.rpartition(f"{mark}\n")[2]


def _order(
    client: docker.DockerClient, container: str, arguments: Sequence[str] | None, environment: Mapping[str, str | None]
) -> str:
    mark = f"--- from here on another one {secrets.token_hex(8)} ---"
    line = json.dumps({"mark": mark, "arguments": arguments, "environment": environment})
    try:
        with contextlib.closing(client.api.attach_socket(container, _BOTH_WAYS)) as attached:
            # The SDK gives the stream around a socket, except for an engine that is reached by TLS.
            connection: socket.socket = getattr(attached, "_sock", attached)
            with connection:
                connection.settimeout(_OBEYED_TIMEOUT_S)
                connection.sendall(f"{line}\n".encode())
                _await_mark(connection, mark.encode())
    except (DockerException, requests.RequestException, OSError) as error:
        raise NotRenewedError(f"{container} took no order: {error!r}") from error
    return mark


def _await_mark(connection: socket.socket, mark: bytes) -> None:
    """Waits for the mark that a launcher writes at once and whole; what the engine puts around parts of a log stays."""
    deadline, seen = time.monotonic() + _OBEYED_TIMEOUT_S, b""
    while mark not in seen:
        part = connection.recv(65536)
        if not part or time.monotonic() > deadline:
            raise NotRenewedError("the launcher ended, or did not write the mark")
        seen = seen[-len(mark) :] + part
