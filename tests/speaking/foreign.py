"""Systems that answer in other ways than ours, each in one HTTP server, for tests."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from msgspec import convert

from harness.history import History
from harness.messages.clients import MessageClients
from harness.messages.description.model import Get, Post, Promises, Reads
from harness.messages.speaking.speech import Speech


class Foreign(BaseHTTPRequestHandler):
    """A whole system in one server, which keeps its texts in a list; `took` and `shows` are what differs."""

    said: ClassVar[str]
    kept: list[str]
    broken: bool

    def took(self, body: str) -> str | tuple[int, str]:
        """Keeps a text of a post, and gives the answer, with a status if that is not 200."""
        raise NotImplementedError

    def shows(self) -> str:
        """The answer to a GET of the facade."""
        raise NotImplementedError

    def do_POST(self) -> None:
        self._answer(self.took(self.rfile.read(int(self.headers["Content-Length"])).decode()))

    def do_GET(self) -> None:
        if self.broken:
            self._answer("Error occurred: no such instance")
        elif urlsplit(self.path).path == "/own":
            self._answer(json.dumps(self.kept))
        else:
            self._answer(self.shows())

    def _answer(self, answer: str | tuple[int, str]) -> None:
        status, text = (200, answer) if isinstance(answer, str) else answer
        self.send_response(status)
        body = text.encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The test's output is no place for it."""


class Strings(Foreign):
    """Takes a JSON string, and answers with JSON strings, as a careless handler of FastAPI does."""

    said = """
        post = { path = "/facade", body = "json-string", accepted = { status = [200], unless = "(?i)error" } }
        promises = { text = "word" }
        [get]
        path = "/facade"
        logging = { match = '^(.*) \\| ', form = "text", split = "," }
        messages = { match = ' \\| (.*)$', form = "text", split = "," }
    """

    def took(self, body: str) -> str:
        if len(self.kept) == 2:
            return '"Error: no logging instance"'
        self.kept.append(json.loads(body))
        return '"ok"'

    def shows(self) -> str:
        return json.dumps(f"{','.join(self.kept)} | {','.join(self.kept)}")


class Forms(Foreign):
    """Takes forms, and answers with JSON within JSON that says whose it is."""

    said = """
        post = { path = "/", body = "form", key = "txt", answer = { logged_by = "/by" } }
        promises = { text = "line" }
        [get]
        path = "/"
        logging = { at = "/logging/data/list" }
        messages = { at = "/messages/list", source = "/messages/name" }
    """

    def took(self, body: str) -> str | tuple[int, str]:
        if len(self.kept) == 2:
            return 500, "<html>"
        self.kept.append(parse_qs(body)["txt"][0])
        return '{"by": "logging-2"}'

    def shows(self) -> str:
        messages = {"name": "messages-1", "list": json.dumps(self.kept)}
        return json.dumps({"logging": {"data": json.dumps({"list": self.kept})}, "messages": messages})


class Always200(Foreign):
    """Answers 200 whatever happened, with a status of its own in the body; and keeps ids."""

    said = """
        post.path = "/"
        post.headers = { X-Id = "${id}" }
        post.accepted.json = { "/status" = "200" }
        [[post.denied]]
        json = { "/status" = "400" }
        [get]
        path = "/"
        logging = { text = "/1", id = "/0" }
        messages = { text = "/1", id = "/0" }
    """

    def took(self, body: str) -> str:
        if len(self.kept) == 2:
            return '{"status": "500"}'
        if len(json.loads(body)["msg"]) > 1000:
            return '{"status": "400"}'
        self.kept.append(json.dumps([self.headers["X-Id"], json.loads(body)["msg"]]))
        return '{"status": "200"}'

    def shows(self) -> str:
        return f"[{','.join(self.kept)}]"


class Repr(Foreign):
    """Prints lists as Python does; the half of what it refuses it has kept."""

    said = """
        post = { path = "/", body = "text" }
        [get]
        path = "/"
        logging = { match = "logging: (.*); ", form = "python" }
        messages = { match = "messages: (.*)", form = "python" }
    """

    def took(self, body: str) -> str | tuple[int, str]:
        self.kept.append(body)
        return (500, "queue down") if len(self.kept) == 3 else "None"

    def shows(self) -> str:
        return f"logging: {self.kept}; messages: {self.kept[:2]}"


class Prose(Foreign):
    """Says in words that there is nothing, and shows words in brackets without quotes."""

    said = """
        post = { path = "/", key = "message", accepted = { status = [200] } }
        promises = { text = "word" }
        [get]
        path = "/"
        logging = { match = '^logging (.*)', empty = "has nothing", form = "text", strip = "[]" }
        messages = { match = '(?m)^messages (.*)', empty = "has nothing", form = "text", strip = "[]" }
    """

    def took(self, body: str) -> str | tuple[int, str]:
        if len(self.kept) == 2:
            return 503, ""
        self.kept.append(json.loads(body)["message"])
        return ""

    def shows(self) -> str:
        words = f"[{', '.join(self.kept)}]" if self.kept else "has nothing"
        return f"logging {words}\nmessages {words}"


ALL = (Strings, Forms, Always200, Repr, Prose)


def speech(of: type[Foreign]) -> Speech:
    told = tomllib.loads(of.said)
    reads = {} if of is Always200 else {"messages": {"path": "/own"}}
    return Speech(
        convert(told["post"], Post),
        convert(told["get"], Get),
        convert(reads, Reads),
        convert(told.get("promises", {}), Promises),
    )


@contextmanager
def speaking(of: type[Foreign], folder: Path) -> Iterator[tuple[MessageClients, History, type[Foreign], str]]:
    """Clients of such a system, their history, the system, and where it is."""
    system = type(of.__name__, (of,), {"kept": [], "broken": False})
    with ThreadingHTTPServer(("127.0.0.1", 0), system) as server, History.open(folder / "history.jsonl") as history:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        clients = MessageClients(address, history, speech(of))
        try:
            yield clients, history, system, address
        finally:
            clients.close()
            server.shutdown()
