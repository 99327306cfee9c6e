"""Pause: the node's processes are not scheduled any more, while its sockets stay open, as in a long collection."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Pausable, Phase
from harness.errors import FaultDidNotBiteError
from harness.faults.protocol import each
from harness.taken import Taken

_SILENCE_S = 0.4
_QUESTION = b"GET / HTTP/1.0\r\n\r\n"


@dataclass(frozen=True)
class Pause:
    """SIGSTOP or the engine's freezer; its undoing lets the node go on as if nothing had been."""

    name = "pause"
    done = "paused"
    needs = Pausable
    takes = frozenset(Taken) - {Taken.PROCESS}

    def inject(self, nodes: Sequence[Pausable]) -> None:
        """Freezes the nodes."""
        each(nodes, lambda node: node.pause())

    def undo(self, nodes: Sequence[Pausable]) -> None:
        """Lets the nodes' processes go on."""
        each(nodes, lambda node: node.resume())

    def proof(self, nodes: Sequence[Pausable]) -> Mapping[str, str]:
        """Evidence that the processes are paused: they answer no question to which a running server would."""
        return each(nodes, _frozen)


def _frozen(node: Pausable) -> str:
    state = node.state()
    if state.phase is not Phase.PAUSED:
        raise FaultDidNotBiteError(f"pause of {node.spec.name} did not bite: it is {state.phase}")
    endpoint = node.endpoint(next(iter(node.spec.ports)))
    if not _is_silent(endpoint):
        raise FaultDidNotBiteError(f"pause of {node.spec.name} did not bite: {endpoint} still answers")
    return f"process {state.pid} is paused; {endpoint} did not answer within {_SILENCE_S:g} s"


def _is_silent(endpoint: str) -> bool:
    host, _, port = endpoint.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=_SILENCE_S) as connection:
            connection.settimeout(_SILENCE_S)
            connection.sendall(_QUESTION)
            connection.recv(1)
            return False
    except TimeoutError:
        return True
    except OSError:
        return False
