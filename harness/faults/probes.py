"""Looks at nodes from outside, for proofs: whether they are gone, whether others run in their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.backends.gone import accepts
from harness.backends.protocol import Node, Phase
from harness.errors import FaultDidNotBiteError
from harness.faults.protocol import each


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
