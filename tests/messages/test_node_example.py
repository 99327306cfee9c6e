"""The system of examples/node, by its description alone: it comes up, and shows what was posted."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from harness.backends.namespaces import why_not
from harness.backends.session import Session
from harness.messages.description.decoding import decode
from harness.messages.description.kinds import kinds
from harness.messages.description.launching import servers, specs
from harness.messages.description.model import Description, Servers
from harness.messages.drafting.answering import init
from harness.topology.timings import FAST
from harness.waiting import until
from tests.faults.storing import BACKENDS
from tests.messages.systems import RealDeployment, backend_named, deployed
from tests.running import ROOT

FOLDER = ROOT / "examples" / "node"
NOTES = {f"key-{number}": f"a note, {number}" for number in range(1, 6)}


@pytest.fixture(scope="module", params=BACKENDS)
def deployment(request: pytest.FixtureRequest) -> Iterator[RealDeployment]:
    """The system with one member."""
    if request.param == "process" and (why := why_not()):
        pytest.skip(f"local processes have no networks of their own: {why}")
    description = msgspec.convert(tomllib.loads((FOLDER / "system.toml").read_text()), Description)
    few = msgspec.structs.replace(description, servers=msgspec.convert({"hazelcast": {"count": 1}}, Servers))
    nodes = [spec for each in servers(few) for spec in each.nodes(FAST)]
    with deployed(backend_named(request.param, Session.of_this_process()), "servers", *nodes) as deployment:
        deployment.put(specs(few, kinds(few, FOLDER), members=1, brokers=0))
        yield deployment


def ask(deployment: RealDeployment, node: str, path: str, note: tuple[str, str] | None = None) -> Any:
    """The data of a node's answer to a GET, or to a POST of a note with its key."""
    url = f"http://{deployment.nodes[node].endpoint('http')}{path}"
    with httpx.Client(timeout=20, trust_env=False) as client:
        if note is None:
            answer = client.get(url)
        else:
            answer = client.post(url, headers={"Idempotency-Key": note[0]}, json={"text": note[1]})
    assert answer.json().get("ok"), answer.text
    return answer.json()["data"]


def found(notes: list[dict[str, str]]) -> dict[str, str]:
    return {note["id"]: note["text"] for note in notes}


@pytest.mark.seldom
def test_what_was_posted_is_shown_and_a_key_that_is_sent_twice_is_one_note(deployment: RealDeployment) -> None:
    for note in [*NOTES.items(), *NOTES.items()]:
        assert ask(deployment, "facade", "/notes", note)["loggedBy"] in {"logger-1", "logger-2", "logger-3"}

    def read() -> dict[str, str]:
        return {
            key: text
            for index in (1, 2)
            for key, text in found(ask(deployment, f"messages-{index}", "/read")["notes"]).items()
        }

    until("each note to be read", read, lambda notes: notes == NOTES, timeout_s=60)
    shown = ask(deployment, "facade", "/notes")
    assert found(shown["log"]) == NOTES
    assert shown["read"]["by"] in {"messages-1", "messages-2"}


def test_what_harness_init_makes_of_its_compose_file_is_most_of_its_description(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "notes", ignore=shutil.ignore_patterns("system.toml", "node_modules"))
    init(folder, None, yes=True)
    drafted, ours = decode(folder / "system.toml"), decode(FOLDER / "system.toml")
    assert drafted.runtime == ours.runtime
    assert (drafted.servers, drafted.queue) == (ours.servers, ours.queue)
    assert (drafted.post.path, drafted.post.key, drafted.get.path) == (ours.post.path, ours.post.key, ours.get.path)
    assert drafted.services.keys() == ours.services.keys()
    for role, service in ours.services.items():
        assert drafted.services[role].environment.items() <= {**service.environment, "PORT": "3000"}.items()
        same = ("command", "port", "count", "names", "ready", "folder")
        assert [getattr(drafted.services[role], key) for key in same] == [getattr(service, key) for key in same]
