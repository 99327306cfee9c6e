"""What a person sees while a run goes on: live lines on a terminal, plain lines elsewhere, each request if asked."""

from __future__ import annotations

import io
import os
import pty
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from harness.history import History
from harness.messages.tracing import Traced
from harness.report.screen import Screen
from harness.waiting import until


def _read_all(terminal: int) -> str:
    shown = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the other side is closed and everything is read
            return shown.decode()
        shown += chunk


def test_a_terminal_shows_the_step_the_wait_the_counts_and_the_fault(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    shown: list[str] = []
    reading = threading.Thread(target=lambda: shown.append(_read_all(master)))
    reading.start()
    with os.fdopen(slave, "w") as terminal, History.open(tmp_path / "h.jsonl") as history:
        screen = Screen(terminal, lambda: None, steps=False)
        screen.begin("losing the leader")
        screen.watch(history)
        history.invoke(1, "post", {"id": "a"}).ok({})
        history.event("pause", {"nodes": ["kafka-2"], "phase": "end", "proof": {"kafka-2": "frozen"}})
        history.event("undo-pause", {"nodes": ["kafka-2"], "phase": "begin"})
        history.event("kill", {"nodes": ["kafka-1"], "phase": "end", "proof": {"kafka-1": "process gone"}})
        looks = iter(range(12))
        with screen.step("wait for a new leader"):
            until("the answer", lambda: next(looks), lambda look: look == 9, timeout_s=60, interval_s=0.1)
        screen.say("a line that stays")
        screen.rest()
    reading.join()
    for words in (
        "losing the leader",
        "wait for a new leader",
        "waiting for the answer",
        "1 posted, 1 acknowledged; 0 answers a second",
        "in force: kill kafka-1: process gone",
        "a line that stays",
    ):
        assert words in shown[0], words
    # It was undone before anybody looked.
    assert "pause kafka-2" not in shown[0]


@pytest.mark.parametrize(("steps", "shown"), [(True, ["post 10"]), (False, [])])
def test_elsewhere_a_step_is_a_plain_line_if_it_was_asked_for(steps: bool, shown: list[str]) -> None:
    file = io.StringIO()
    screen = Screen(file, lambda: None, steps=steps)
    screen.begin("losing the leader")
    with screen.step("post 10"):
        pass
    screen.say("starting the whole system")
    lines = file.getvalue().splitlines()
    assert [line.partition("] ")[2] for line in lines[:-1]] == shown
    assert lines[-1] == "  starting the whole system"


class _Teapot(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(418)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """The test's output is no place for it."""


def test_each_request_is_a_line_with_its_answer_or_why_there_is_none() -> None:
    lines: list[str] = []
    transport = Traced(lines.append, httpx.HTTPTransport())
    with HTTPServer(("127.0.0.1", 0), _Teapot) as server, httpx.Client(transport=transport) as client:
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        address = f"http://127.0.0.1:{server.server_port}/messages"
        client.get(address, headers={"Idempotency-Key": "id-1"})
        answering.join()
        server.server_close()
        with pytest.raises(httpx.ConnectError):
            client.get(address)
    assert lines[0].startswith(f"GET {address} (id-1): 418 in ")
    assert lines[1].startswith(f"GET {address}: ConnectError after ")
