"""Whoever asks for the page of `harness watch` in another way than it was meant is refused; nothing fails."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from harness.waiting import until
from harness.watch.gate import Gate

TOKEN = "token"


@pytest.fixture
def at() -> Iterator[tuple[str, int]]:
    """Where a gate stands with a page behind it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        gate = Gate(PlainTextResponse("the page"), token=TOKEN, hosts=[f"{host}:{port}"])
        server = uvicorn.Server(uvicorn.Config(gate, lifespan="off", log_level="critical"))
        serving = threading.Thread(target=server.run, args=([listening],))
        serving.start()
        until("the server to be up", lambda: server.started, timeout_s=10)
        yield host, port
        server.should_exit = True
        serving.join()


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("OPTIONS *", 403),
        ("GET /", 403),
        ("GET //", 403),
        ("GET /nokent/", 403),
        (f"GET /{TOKEN}", 307),
        (f"GET /{TOKEN}/", 200),
        (f"GET /{TOKEN}/state", 200),
    ],
)
def test_a_request_is_admitted_by_its_token_alone(at: tuple[str, int], line: str, status: int) -> None:
    with socket.create_connection(at, timeout=10) as asking:
        asking.sendall(f"{line} HTTP/1.1\r\nHost: {at[0]}:{at[1]}\r\nConnection: close\r\n\r\n".encode())
        assert int(asking.recv(1000).split()[1]) == status


def test_an_answer_that_says_nothing_of_it_may_load_nothing(at: tuple[str, int]) -> None:
    with socket.create_connection(at, timeout=10) as asking:
        asking.sendall(f"GET /{TOKEN}/state HTTP/1.1\r\nHost: {at[0]}:{at[1]}\r\nConnection: close\r\n\r\n".encode())
        assert b"content-security-policy: default-src 'none'" in asking.recv(1000).lower()
