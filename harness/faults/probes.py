"""Looks at nodes from outside, for proofs: whether they are gone or replaced, and how soon they answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence

from harness.backends.gone import accepts
from harness.backends.protocol import Node, Phase
from harness.errors import FaultDidNotBiteError
from harness.faults.protocol import each

_QUESTION = b"GET / HTTP/1.0\r\n\r\n"


def asked_at(node: Node) -> str:
    """The `host:port` at which a node is asked: that of its first port."""
    return node.endpoint(next(iter(node.spec.ports)))


def answered_s(node: Node, timeout_s: float) -> float | None:
    """The seconds in which a node answers a question to which any server does something, if it only hangs up.

    None if it did nothing in `timeout_s` seconds.
    """
    host, _, port = asked_at(node).rpartition(":")
    began_s = time.monotonic()
    try:
        with socket.create_connection((host, int(port)), timeout=timeout_s) as connection:
            connection.sendall(_QUESTION)
            connection.recv(1)
    except TimeoutError:
        return None
    except OSError:
        pass  # It refuses, or resets.
    return time.monotonic() - began_s


def gone(nodes: Sequence[Node], fault: str) -> Mapping[str, str]:
    """Evidence, by the nodes' names, that their processes are gone and that nothing answers on their ports.

    A launcher may leave a child that goes on serving, so the recorded process alone proves nothing.

    Raises:
        FaultDidNotBiteError: one runs, or a port of it still accepts connections.
    """
    return each(nodes, lambda node: _gone(node, fault))


def _gone(node: Node, fault: str) -> str:
    state = node.state()
    if state.phase is not Phase.EXITED:
        raise FaultDidNotBiteError(f"{fault} of {node.spec.name} did not bite: its process {state.pid} still runs")
    for name in node.spec.ports:
        if accepts(node.endpoint(name)):
            raise FaultDidNotBiteError(
                f"{fault} of {node.spec.name} did not bite: its process is gone, but something still accepts "
                f"connections on its port {name} ({node.endpoint(name)})"
            )
    silent = ", ".join(str(number) for number in node.spec.ports.values())
    return f"process gone (exit status {state.exit_code}), silent on port {silent}"


def replaced(nodes: Sequence[Node], before: Mapping[str, int | None], fault: str) -> Mapping[str, str]:
    """Evidence, by the nodes' names, that processes run that are not those of before.

    Raises:
        FaultDidNotBiteError: one does not run, or it is the same process.
    """

    def evidence(node: Node) -> str:
        old, state = before[node.spec.name], node.state()
        if state.phase is not Phase.RUNNING or state.pid == old:
            raise FaultDidNotBiteError(f"{fault} of {node.spec.name} did not bite: process {old} is now {state}")
        return f"process {old} was replaced by {state.pid}"

    return each(nodes, evidence)
