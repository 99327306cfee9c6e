"""The system of examples/java, by its description alone: its members are within its services, and one may die."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import closing

import httpx
import msgspec
import pytest

from harness.backends.namespaces import why_not
from harness.backends.session import Session
from harness.messages.description.kinds import kinds
from harness.messages.description.launching import servers, specs
from harness.messages.description.model import Description, Servers
from harness.servers.kafka.view import KafkaView
from harness.topology.timings import FAST
from tests.faults.storing import BACKENDS
from tests.messages.systems import RealDeployment, backend_named, deployed
from tests.running import ROOT

FOLDER = ROOT / "examples" / "java"
TEXTS = [f"text-{number}" for number in range(1, 6)]


@pytest.fixture(params=BACKENDS)
def deployment(request: pytest.FixtureRequest) -> Iterator[RealDeployment]:
    """The system with one broker."""
    if request.param == "process" and (why := why_not()):
        pytest.skip(f"local processes have no networks of their own: {why}")
    description = msgspec.convert(tomllib.loads((FOLDER / "system.toml").read_text()), Description)
    few = msgspec.structs.replace(description, servers=msgspec.convert({"kafka": {"count": 1}}, Servers))
    nodes = [spec for each in servers(few) for spec in each.nodes(FAST)]
    with deployed(backend_named(request.param, Session.of_this_process()), "servers", *nodes) as deployment:
        with closing(KafkaView([deployment.nodes["kafka-1"]])) as view:
            view.await_formed(timeout_s=60)
            view.create_topic("chat")
        deployment.put(specs(few, kinds(few, FOLDER), members=0, brokers=1))
        yield deployment


def ask(deployment: RealDeployment, node: str, text: str | None = None) -> str:
    """The answer of a node to a GET, or to a POST of a text."""
    url = f"http://{deployment.nodes[node].endpoint('http')}/"
    with httpx.Client(timeout=30, trust_env=False) as client:
        answer = client.get(url) if text is None else client.post(url, content=text)
    assert answer.is_success, answer.text
    return answer.text


@pytest.mark.seldom
def test_what_a_logger_took_outlives_it_and_its_member(deployment: RealDeployment) -> None:
    assert [ask(deployment, "facade", text) for text in TEXTS] == ["kept"] * len(TEXTS)
    deployment.nodes["logger-1"].kill()
    assert sorted(ask(deployment, "logger-2").splitlines()) == TEXTS
