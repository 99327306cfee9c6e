"""Looks at a node from outside, for proofs: whether its ports are silent, whether it still answers."""

from __future__ import annotations

from harness.backends.gone import accepts
from harness.backends.protocol import Node, Phase
from harness.errors import FaultDidNotBiteError


def assert_gone(node: Node, fault: str) -> str:
    """Evidence that a node's process is gone and that nothing answers on its ports.

    A launcher may leave a child that goes on serving, so the recorded process alone proves nothing.

    Raises:
        FaultDidNotBiteError: it runs, or a port of it still accepts connections.
    """
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
