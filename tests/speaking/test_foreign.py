"""Systems that answer in other ways than ours: clients record the right history of each, over real sockets."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import convert

from harness.errors import NotSaidError
from harness.events import Operation
from harness.history import History
from harness.messages.checkers import aggregation, delivery, integrity
from harness.messages.clients import MessageClients
from harness.messages.description.model import Get, Post, Promises, Reads
from harness.messages.speaking.entries import UnreadableAnswerError
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


def outcomes(operations: Sequence[Operation]) -> Sequence[tuple[str, str]]:
    return [(operation.f, operation.outcome) for operation in operations]


@pytest.mark.parametrize("of", ALL)
def test_the_history_of_a_foreign_system_is_right(of: type[Foreign], tmp_path: Path) -> None:
    with speaking(of, tmp_path) as (clients, history, _, _):
        before = clients.get()
        posted = clients.post(3, clients=1)
        after = clients.get()
        operations = history.events.operations
    first, second = (post.id for post in posted.acknowledged)
    third = operations[3].invoke.value["id"]
    name = "messages-1" if of is Forms else None
    assert before == {"logging": {"from": None, "ids": []}, "messages": {"from": name, "ids": []}}
    assert after == {
        "logging": {"from": None, "ids": [first, second, third] if of is Repr else [first, second]},
        "messages": {"from": name, "ids": [first, second]},
    }
    assert outcomes(operations) == [("get", "ok"), ("post", "ok"), ("post", "ok"), ("post", "info"), ("get", "ok")]
    told = {"logged_by": "logging-2"} if of is Forms else {}
    assert [post.value for post in operations[1:3]] == [{**post.invoke.value, **told} for post in operations[1:3]]
    refusals = {
        Strings: '200: "Error: no logging instance"',
        Forms: "500: <html>",
        Always200: '200: {"status": "500"}',
        Repr: "500: queue down",
        Prose: "503: ",
    }
    assert posted.refusals == (refusals[of],)


@pytest.mark.parametrize("of", ALL)
def test_an_answer_that_is_an_error_s_text_is_unreadable_and_not_empty(of: type[Foreign], tmp_path: Path) -> None:
    with speaking(of, tmp_path) as (clients, history, system, _):
        clients.post(1)
        system.broken = True
        with clients.traffic(clients=1) as traffic:
            traffic.await_failures(2)
        assert clients.get() is None
        get = history.events.operations[-1]
    assert get.outcome == "info"
    assert get.completion is not None
    assert str(get.completion.error).startswith("unreadable answer: [get.logging] says that there is ")
    assert "Error occurred: no such instance" in str(get.completion.error)


def test_an_instance_is_read_directly_as_the_file_says(tmp_path: Path) -> None:
    with speaking(Prose, tmp_path) as (clients, history, system, address):
        posted = clients.post(2, clients=1)
        ids = [post.id for post in posted.acknowledged]
        assert clients.peek(address, "messages") == ids
        assert clients.read_instances("messages", {"messages-1": address}) == {"messages-1": ids}
        drain = history.events.operations[-1]
        assert (drain.f, drain.outcome, drain.value) == ("drain", "ok", {"messages-1": ids})
        system.broken = True
        with pytest.raises(UnreadableAnswerError):
            clients.read_instances("messages", {"messages-1": address})
        drain = history.events.operations[-1]
    assert (drain.f, drain.outcome) == ("drain", "info")
    assert drain.completion is not None
    assert "[read.messages.entries]" in str(drain.completion.error)
    assert str(drain.completion.error).endswith("This is what messages-1 answered.")


def test_what_the_file_does_not_say_is_not_asked_and_not_recorded(tmp_path: Path) -> None:
    with speaking(Prose, tmp_path) as (clients, history, _, address):
        for ask in (
            lambda: clients.peek(address, "logging"),
            lambda: clients.read_instances("logging", {"logging-1": address}),
        ):
            with pytest.raises(NotSaidError, match=r"add \[read\.logging\]"):
                ask()
        assert not history.events


def test_without_ids_no_message_is_posted_that_could_be_taken_for_another(tmp_path: Path) -> None:
    with speaking(Prose, tmp_path) as (clients, history, _, _):
        posted = clients.post(1)
        for again in (lambda: clients.post_again(posted), lambda: clients.post_twice(1)):
            with pytest.raises(NotSaidError, match="the system keeps no ids"):
                again()
        with pytest.raises(NotSaidError, match="the system keeps no ids"):
            clients.post_texts(["one", "one"])
        said = [event.value["msg"] for event in history.events if event.type == "invoke"]
    assert len(set(said)) == len(said)


def test_a_200_that_says_400_is_a_refusal_where_the_file_says_so(tmp_path: Path) -> None:
    with speaking(Always200, tmp_path) as (clients, history, _, _):
        clients.post_texts(["short", "long" * 1000])
        assert outcomes(history.events.operations) == [("post", "ok"), ("post", "fail")]


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        ({0: lambda text: text[:-3]}, {"integrity": ["truncated"], "aggregation": [], "delivery": []}),
        ({0: lambda text: text.upper()}, {"integrity": ["altered"], "aggregation": [], "delivery": []}),
        (
            {0: lambda _: "none"},
            {
                "integrity": [],
                "aggregation": ["incomplete logging part", "invented"],
                "delivery": ["lost", "unexpected"],
            },
        ),
    ],
)
def test_the_checkers_say_what_became_of_texts_without_ids(
    spoilt: Mapping[int, object], found: Mapping[str, Sequence[str]], tmp_path: Path
) -> None:
    with speaking(Prose, tmp_path) as (clients, history, system, address):
        clients.post(2, clients=1)
        for place, change in spoilt.items():
            system.kept[place] = change(system.kept[place])  # type: ignore[operator]
        clients.get()
        clients.read_instances("messages", {"messages-1": address})
        events = history.events
    verdicts = {
        "integrity": integrity.check(events),
        "aggregation": aggregation.check(events),
        "delivery": delivery.check(events, exactly_once=True),
    }
    # Nobody says whose the messages part is.
    names = {
        name: sorted(anomaly.name for anomaly in verdict.anomalies if anomaly.name != "unnamed")
        for name, verdict in verdicts.items()
    }
    assert names == found
