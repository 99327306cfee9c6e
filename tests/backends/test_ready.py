import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from harness.backends import listening
from harness.backends.protocol import NodeState, Phase
from harness.backends.ready import Starting, wait_all_ready, wait_ready
from harness.errors import NodeStartError
from harness.topology.nodes import HttpReady, LogReady, NodeSpec, PortReady, Ready
from tests.backends.specs import tiny

HTTP = HttpReady("http", "/")
_TINY = Path(__file__).parent / "tiny.py"


@dataclass
class Local:
    """As much of a node as waiting for one needs."""

    spec: NodeSpec
    process: subprocess.Popen[bytes]
    log: Path
    address: str
    port: int

    def endpoint(self, port: str) -> str:
        return f"127.0.0.1:{self.port}"

    def state(self) -> NodeState:
        status = self.process.poll()
        return NodeState(Phase.RUNNING if status is None else Phase.EXITED, None, status)

    def logs(self, *, since: float = 0.0) -> str:
        return self.log.read_text()

    def output(self) -> str:
        return self.log.read_text()

    def listening(self) -> Sequence[str] | None:
        return listening.of_processes(self.process.pid)


Start = Callable[..., Starting]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a tiny server as a process and returns it as a node."""
    started: list[subprocess.Popen[bytes]] = []

    def start(ready: Ready = HTTP, *, address: str = "127.0.0.1", **environment: str) -> Starting:
        number = len(started) + 1
        port = _free_port()
        folder = tmp_path / str(number)
        folder.mkdir()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, str(_TINY)],
                env={**os.environ, "HARNESS_DATA": str(folder), "PORT": str(port), **environment},
                stdout=log,
            )
        started.append(process)
        spec = replace(tiny(number, ready=ready), ports={"http": port})
        return cast("Starting", Local(spec, process, folder / "log", address, port))

    yield start
    for process in started:
        process.kill()
        process.wait(5)


@pytest.mark.parametrize(
    "ready", [HTTP, HttpReady("http", "/", {"starts": 1}), PortReady("http"), LogReady("http", "^start [0-9]")]
)
def test_a_server_that_listens_late_is_waited_for(start: Start, ready: Ready) -> None:
    began = time.monotonic()
    wait_ready(start(ready, LISTEN_AFTER="0.5"), timeout_s=10)
    assert time.monotonic() - began >= 0.5


def test_an_answer_that_is_not_the_expected_one_is_shown_at_the_deadline(start: Start) -> None:
    node = start(HttpReady("http", "/", {"starts": 2}))
    # Else what is shown is that nobody listens yet.
    wait_ready(replace(node, spec=replace(node.spec, ready=PortReady("http"))), timeout_s=10)
    with pytest.raises(
        NodeStartError, match=r"(?s)tiny-1 did not .* within 0\.5 s; .*\"starts\": 1.* wanted .*start 1"
    ):
        wait_ready(node, timeout_s=0.5)


def test_another_status_can_be_the_one_that_is_awaited(start: Start) -> None:
    node = start(HttpReady("http", "/", status=204))
    wait_ready(replace(node, spec=replace(node.spec, ready=PortReady("http"))), timeout_s=10)
    with pytest.raises(NodeStartError, match=r"tiny-1 did not answer GET / with 204 within 0\.5 s; .* answered 200: "):
        wait_ready(node, timeout_s=0.5)


def test_a_log_that_does_not_match_is_named_with_its_pattern(start: Start) -> None:
    node = start(LogReady("http", "^ready$"))
    words = r"tiny-1 did not write what matches '\^ready\$'.*; last seen: 'nothing in its output matches'\nits last log"
    with pytest.raises(NodeStartError, match=words):
        wait_ready(node, timeout_s=5)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"HOST": "127.0.0.1"}, r"it listens on 127\.0\.0\.1:\d+ alone, where no other node and no client reaches it"),
        ({"PORT": "0"}, r"it listens on 127\.0\.0\.1:\d+, and not on port \d+"),
        ({"LISTEN_AFTER": "60"}, "it listens nowhere"),
    ],
)
def test_it_says_where_a_node_listens_whose_port_does_not_answer(
    start: Start, changes: dict[str, str], where: str
) -> None:
    node = start(PortReady("http"), address="127.0.0.2", **changes)
    with pytest.raises(NodeStartError, match=f"(?s)tiny-1 did not listen on its port 'http' within 3 s; .*{where}"):
        wait_ready(node, timeout_s=3)


def test_an_exit_is_noticed_at_once_and_shows_the_last_log_lines(start: Start) -> None:
    node = start(EXIT="3")
    began = time.monotonic()
    with pytest.raises(NodeStartError, match="tiny-1 exited with status 3") as failed:
        wait_ready(node, timeout_s=30)
    assert time.monotonic() - began < 5
    assert "last words 30" in str(failed.value)
    assert "last words 10\n" not in str(failed.value)


def test_one_failure_ends_the_wait_for_the_others(start: Start) -> None:
    nodes = [start(), start(LISTEN_AFTER="60"), start(EXIT="3")]
    began = time.monotonic()
    with pytest.raises(NodeStartError, match="tiny-3 exited") as failed:
        wait_all_ready(nodes, timeout_s=60)
    assert time.monotonic() - began < 10
    assert "tiny-2" not in str(failed.value)


def test_a_proxy_that_accepts_and_hangs_up_is_not_a_ready_server(start: Start) -> None:
    """As Docker's does for a container whose server does not listen yet; the node's own address is out of reach."""
    node = start(PortReady("http"), address="240.0.0.1", LISTEN_AFTER="60")
    with _hanging_up(cast("Local", node).port), pytest.raises(NodeStartError, match="accepts, and hangs up at once"):
        wait_ready(node, timeout_s=1)


def test_where_only_a_proxy_can_be_asked_a_connection_that_stays_open_is_enough(start: Start) -> None:
    wait_ready(start(PortReady("http"), address="240.0.0.1"), timeout_s=10)


class _hanging_up:  # noqa: N801, it reads as what it does
    def __init__(self, port: int) -> None:
        self._server = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while True:
            try:
                self._server.accept()[0].close()
            except OSError:
                return

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
