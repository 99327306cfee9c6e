"""The clients of the facade as a server sees them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from harness.history import History
from harness.messages import own
from harness.messages.clients import IDLE_S, MessageClients
from harness.messages.texts import as_recorded, text
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
        closing(MessageClients(closing_server, history, own.speech())) as clients,
    ):
        assert clients.get() is not None
        assert clients.get() is None, "the server closes connections, or this shows nothing"
        assert clients.get() is not None
        since = time.monotonic()
        until("2 s of idleness", lambda: time.monotonic() - since, lambda idle_s: idle_s > IDLE_S, timeout_s=IDLE_S + 1)
        assert clients.get() is not None


def test_clients_of_a_seed_post_its_texts(tmp_path: Path) -> None:
    """Whether anybody takes them or not."""
    said = {}
    for seed in (0, 7):
        path = tmp_path / f"{seed}.jsonl"
        with (
            History.open(path) as history,
            closing(MessageClients("127.0.0.1:1", history, own.speech(), seed=seed)) as clients,
        ):
            clients.post(13, clients=1)
            clients.post_twice(13)
            posts = [event.value for event in history.events if event.type == "invoke"]
        said[seed] = sorted({value["id"][:8]: json.dumps(value["msg"]) for value in posts}.items())
        due = {f"m-{number:06d}": json.dumps(as_recorded(text(number, seed))) for number in range(1, 27)}
        assert said[seed] == sorted(due.items())
    assert said[0] != said[7]


class _Answering(BaseHTTPRequestHandler):
    """Takes a text of up to ten bytes; shows two messages, of which the second has another text than was posted."""

    shown: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        msg = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["msg"]
        if len(msg) > 10:
            return self._answer(413, {"error": "too long"})
        self.shown.append({"id": self.headers["Idempotency-Key"], "msg": msg if not self.shown else msg[:1]})
        return self._answer(201, {"id": self.headers["Idempotency-Key"], "logged_by": "logging-1", "queued": None})

    def do_GET(self) -> None:
        part = {"from": "one", "messages": self.shown}
        self._answer(200, {"logging": part, "messages": part})

    def _answer(self, status: int, body: object) -> None:
        said = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """The test's output is no place for it."""


class _Unwilling(_Answering):
    """Acknowledges nothing, and answers each post with what it finds in the post."""

    def do_POST(self) -> None:
        self._answer(503, json.loads(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["msg"]))


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ('{"error": "", "id": "a", "stage": "logging", "unknown": false}', "fail"),
        ('{"error": "", "id": "a", "stage": "logging", "unknown": true}', "info"),
        ('{"error": "", "id": "a", "stage": "queue", "unknown": false}', "info not queued"),  # logging has it
        ('{"error": "", "id": "a", "stage": "queue", "unknown": true}', "info"),
        ('{"error": "", "id": "a", "stage": "turn", "unknown": false}', "info"),
        ('{"error": "", "id": "a", "stage": ["queue"], "unknown": false}', "info"),
        ('{"error": "", "id": "a", "stage": "queue"}', "info"),
        ('{"error": ""}', "info"),
        ("[]", "info"),
    ],
)
def test_a_503_is_as_certain_as_the_facade_is_of_how_far_the_message_got(
    tmp_path: Path, said: str, outcome: str
) -> None:
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), _Unwilling) as server,
        History.open(tmp_path / "history.jsonl") as history,
        closing(MessageClients(f"127.0.0.1:{server.server_port}", history, own.speech())) as clients,
    ):
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        clients.post_texts([said])
        server.shutdown()
        (operation,) = history.events.operations
    assert operation.completion is not None
    told = {**operation.invoke.value, "queued": False} if "not queued" in outcome else operation.invoke.value
    assert (operation.outcome, operation.completion.value) == (outcome.partition(" ")[0], told)


def test_a_refusal_is_certain_and_a_text_that_is_not_what_was_posted_is_recorded(tmp_path: Path) -> None:
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server,
        History.open(tmp_path / "history.jsonl") as history,
        closing(MessageClients(f"127.0.0.1:{server.server_port}", history, own.speech())) as clients,
    ):
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        posted = clients.post_texts(["first", "second", "much too long"])
        got = clients.get()
        server.shutdown()
        outcomes = [(operation.f, operation.outcome) for operation in history.events.operations]
    assert outcomes == [("post", "ok"), ("post", "ok"), ("post", "fail"), ("get", "ok")]
    assert posted.refusals == ('413: {"error": "too long"}',)
    first, second = (post.id for post in posted.acknowledged)
    assert got is not None
    assert got["logging"]["ids"] == [first, [second, "s"]]
