"""Runs a command in a container that runs, and gives all that it says, which docker-py (7.2) does not always.

Its `exec_start` asks for an upgraded connection, and reads that past the buffer through which the head of the answer
was read. What has come along with the head by then, as it does where this machine is busy, is lost, and the exit status
is 0 all the same (docker/docker-py, issue 3332). Without the upgrade it is the body of an answer like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def run(api: Any, container: str, command: Sequence[str]) -> tuple[int, str]:
    """The exit status of a command and its output.

    Args:
        api: docker-py's client of the engine's API.
        container: the id.
        command: the program and its arguments.

    Raises:
        docker.errors.APIError: the engine does not do it.
    """
    made = api.exec_create(container, list(command))
    output = b"".join(_output(api, made["Id"]))
    return int(api.exec_inspect(made["Id"])["ExitCode"]), output.decode(errors="replace")


def lines(api: Any, container: str, command: Sequence[str]) -> Iterator[str]:
    """Each line of a command's output once it has written that; for what is given and raised see `run`."""
    made = api.exec_create(container, list(command))
    text = ""
    for chunk in _output(api, made["Id"]):
        *whole, text = (text + chunk.decode(errors="replace")).split("\n")
        yield from whole


def _output(api: Any, command: str) -> Iterator[bytes]:
    """The pieces of the output of a command that was made."""
    start = api._url("/exec/{0}/start", command)
    answer = api._post_json(start, data={"Detach": False, "Tty": False}, stream=True)
    try:
        api._raise_for_status(answer)
        yield from api._multiplexed_response_stream_helper(answer)
    finally:
        answer.close()
