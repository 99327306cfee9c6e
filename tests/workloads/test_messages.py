"""The clients of the facade as a server sees them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness.history import History
from harness.messages.clients import IDLE_S, MessageClients
from harness.waiting import until


class _ClosingAsItIsAsked(BaseHTTPRequestHandler):
    """Answers a connection's first request; at the next one it closes, like a server whose patience ends just then."""

    protocol_version = "HTTP/1.1"
    answered = False

    def do_GET(self) -> None:
        if self.answered:
            self.close_connection = True
            return
        self.answered = True
        body = b'{"logging": {"from": null, "messages": []}, "messages": {"from": null, "messages": []}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The test's output is no place for it."""


@pytest.fixture
def closing_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _ClosingAsItIsAsked) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_connection_that_was_idle_is_not_used_again_when_its_server_may_close_it(
    closing_server: str, tmp_path: Path
) -> None:
    with (
        History.open(tmp_path / "history.jsonl") as history,
        closing(MessageClients(closing_server, history)) as clients,
    ):
        assert clients.get() is not None
        assert clients.get() is None, "the server closes connections, or this shows nothing"
        assert clients.get() is not None
        since = time.monotonic()
        until("2 s of idleness", lambda: time.monotonic() - since, lambda idle_s: idle_s > IDLE_S, timeout_s=IDLE_S + 1)
        assert clients.get() is not None
