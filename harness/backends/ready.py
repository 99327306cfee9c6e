"""Waits until nodes are ready by their own word, and says why one is not. For both backends."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Protocol

import httpx

from harness.backends import listening, localhost
from harness.backends.host_networks import is_near
from harness.backends.protocol import Node, NodeState, Phase
from harness.errors import AwaitTimeoutError, HarnessError, NodeStartError
from harness.topology.given import Given
from harness.topology.nodes import HttpReady, LogReady
from harness.waiting import until

_PROBE_TIMEOUT_S = 1.0
#: How long a connection has to stay open to count where only a proxy can be asked.
_SILENCE_S = 0.2
#: Asking an engine for a state costs more than a refused connection, so it is not done at every probe.
_STATE_INTERVAL_S = 0.25
_LAST_LINES = 20
_READY = "ready"


class Starting(Node, Protocol):
    """A node as it is to who waits for its start."""

    def output(self) -> str:
        """The node's stdout and stderr since its last start."""

    def listening(self) -> Sequence[str] | None:
        """The `address:port` of each of its sockets that listens; None if that can't be told."""


def wait_ready(node: Starting, *, timeout_s: float, abandoned: Event | None = None) -> None:
    """Returns once the node is ready by its spec, or once `abandoned` is set.

    Raises:
        NodeStartError: it exited, or it was not ready after `timeout_s` seconds, or after those that its spec gives it;
            with its last log lines.
    """
    timeout_s = node.spec.ready_within_s or timeout_s
    with httpx.Client(verify=False, trust_env=False, timeout=_PROBE_TIMEOUT_S) as client:
        watch = _Watch(node)

        def probe() -> str:
            if abandoned is not None and abandoned.is_set():
                return _READY
            watch.raise_if_exited()
            seen = probed(client, node)
            return _log(node, node.spec.ready) if isinstance(node.spec.ready, LogReady) and seen == _READY else seen

        what = f"{node.spec.name} to {node.spec.ready.words}"
        try:
            until(what, probe, lambda seen: seen == _READY, timeout_s=timeout_s)
        except AwaitTimeoutError as error:
            said = f"{node.spec.name} did not {node.spec.ready.words} within {timeout_s:g} s"
            raise NodeStartError(f"{said}{_where(node)}; last seen: {error.seen}\n{last_lines(node)}") from error


def probed(client: httpx.Client, node: Node) -> str:
    """Asks a node once whether it is ready, by its port or an HTTP answer: "ready", or what was seen instead.

    Raises:
        OSError: nobody answers.
        httpx.HTTPError: likewise.
    """
    ready = node.spec.ready
    return _http(client, node, ready) if isinstance(ready, HttpReady) else _port(node, ready.port)


def wait_all_ready(nodes: Sequence[Starting], *, timeout_s: float) -> None:
    """Waits until many nodes are ready; the first failure ends the wait for all of them.

    Raises:
        NodeStartError: with what is known of every node that failed, the first one first.
    """
    if not nodes:
        return
    failures: list[HarnessError] = []
    abandoned = Event()

    def wait(node: Starting) -> None:
        try:
            wait_ready(node, timeout_s=timeout_s, abandoned=abandoned)
        except HarnessError as error:
            failures.append(error)
            abandoned.set()
        except BaseException:
            abandoned.set()
            raise

    with ThreadPoolExecutor(len(nodes), thread_name_prefix="ready") as pool:
        try:
            for future in [pool.submit(wait, node) for node in nodes]:
                future.result()
        except BaseException:
            abandoned.set()
            raise
    if failures:
        raise NodeStartError("\n".join(str(failure) for failure in failures)) from failures[0]


def last_lines(node: Node, count: int = _LAST_LINES) -> str:
    """The node's last log lines for an error message, indented."""
    if isinstance(node.spec.kind, Given) and not node.spec.kind.container:
        return "nobody has said where its log is"
    lines = node.logs().strip().splitlines()[-count:]
    return "its last log lines:\n  " + "\n  ".join(lines) if lines else "it logged nothing"


def _where(node: Starting) -> str:
    """Says where the node listens, if that can be told and is why nobody reaches it: in the line that a table has."""
    found = node.listening()
    number = node.spec.ports[node.spec.ready.port]
    reached = node.address if node.spec.localhost is None else localhost.LOCALHOST
    why = "" if found is None else listening.unreached(found, reached, number)
    return f"; {why}" if why else ""


class _Watch:
    """Looks whether a node has exited, at once and then not more often than it is cheap."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._next = 0.0

    def raise_if_exited(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _STATE_INTERVAL_S
        state = self._node.state()
        if state.phase is Phase.EXITED:
            raise NodeStartError(f"{_exited(self._node, state)}\n{last_lines(self._node)}")


def _exited(node: Node, state: NodeState) -> str:
    status = "" if state.exit_code is None else f" with status {state.exit_code}"
    return f"{node.spec.name} exited{status} before it was ready; correct what its log names and start again"


def _http(client: httpx.Client, node: Node, ready: HttpReady) -> str:
    url = f"http://{node.endpoint(ready.port)}{ready.path}"
    response = client.get(url, headers={"Connection": "close"})
    if response.status_code != ready.status:
        return f"GET {url} answered {response.status_code}: {response.text[:300]}"
    if not ready.expect:
        return _READY
    seen = response.json()
    if not isinstance(seen, dict) or not ready.expect.items() <= seen.items():
        return f"GET {url} answered {response.text[:300]}, wanted {dict(ready.expect)}"
    return _READY


def _log(node: Starting, ready: LogReady) -> str:
    found = re.search(ready.pattern, node.output(), re.MULTILINE)
    return _READY if found else "nothing in its output matches"


def _port(node: Node, port: str) -> str:
    """Words on whether a port is open: asks the node's address where this host is on its network, else its endpoint.

    The endpoint alone proves little: an engine's proxy accepts for a server that does not listen yet, and hangs up a
    moment later, so that a connection through it has to stay open for a while.
    """
    number = node.spec.ports[port]
    near = is_near(node.address)
    if near:
        with socket.create_connection((node.address, number), timeout=_PROBE_TIMEOUT_S):
            pass
    host, _, published = node.endpoint(port).rpartition(":")
    with socket.create_connection((host, int(published)), timeout=_PROBE_TIMEOUT_S) as connection:
        return _READY if near or _stays_open(connection) else f"{host}:{published} accepts, and hangs up at once"


def _stays_open(connection: socket.socket) -> bool:
    connection.settimeout(_SILENCE_S)
    try:
        return bool(connection.recv(1))
    except TimeoutError:
        return True
    except OSError:
        return False
