"""Waits until a node is gone, and tells whether anything still answers for it. For both backends and for proofs."""

from __future__ import annotations

import socket

from harness.backends.protocol import Node, Phase
from harness.errors import AwaitTimeoutError, NotEndedError
from harness.waiting import until

_ACCEPT_TIMEOUT_S = 0.5


def accepts(endpoint: str) -> bool:
    """Whether something takes connections at this address, within half a second."""
    host, _, port = endpoint.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=_ACCEPT_TIMEOUT_S):
            return True
    except OSError:
        return False


def await_exit(node: Node, sent: str, *, timeout_s: float, interval_s: float) -> None:
    """Waits until a node's process has ended, after it was sent `sent`.

    Raises:
        NotEndedError: it is still there after `timeout_s` seconds.
    """
    try:
        until(
            f"{node.spec.name} to exit after {sent}",
            node.state,
            lambda state: state.phase is Phase.EXITED,
            timeout_s=timeout_s,
            interval_s=interval_s,
        )
    except AwaitTimeoutError as error:
        raise NotEndedError(f"{node.spec.name} had not ended {timeout_s:g} s after {sent}") from error
