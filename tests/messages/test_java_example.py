"""The system of examples/java, by its description alone: its members are within its services, and one may die."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from contextlib import closing
from functools import partial

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
from harness.waiting import until
from tests.faults.storing import BACKENDS
from tests.messages.systems import RealDeployment, backend_named, deployed
from tests.running import ROOT

FOLDER = ROOT / "examples" / "java"
TEXTS = [f"text-{number}" for number in range(1, 6)]
#: For how long the facade waits for a logger, in seconds; a member that is silent for 10 s is given up by the others.
PATIENCE_S = 4.0


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    if request.param == "process" and (why := why_not()):
        pytest.skip(f"local processes have no networks of their own: {why}")
    return str(request.param)


@pytest.fixture
def deployment(backend: str) -> Iterator[RealDeployment]:
    """The system with one broker."""
    few = described()
    nodes = [spec for each in servers(few) for spec in each.nodes(FAST)]
    with deployed(backend_named(backend, Session.of_this_process()), "servers", *nodes) as deployment:
        with closing(KafkaView([deployment.nodes["kafka-1"]])) as view:
            view.await_formed(timeout_s=60)
            view.create_topic("chat")
        deployment.put(specs(few, kinds(few, FOLDER), members=0, brokers=1))
        yield deployment


@pytest.fixture
def loggers(backend: str) -> Iterator[RealDeployment]:
    """The loggers alone."""
    few = described()
    nodes = [spec for spec in specs(few, kinds(few, FOLDER), members=0, brokers=1) if spec.role == "logging"]
    with deployed(backend_named(backend, Session.of_this_process()), "loggers", *nodes) as deployment:
        yield deployment


def described() -> Description:
    """The description with one broker."""
    description = msgspec.convert(tomllib.loads((FOLDER / "system.toml").read_text()), Description)
    return msgspec.structs.replace(description, servers=msgspec.convert({"kafka": {"count": 1}}, Servers))


def ask(deployment: RealDeployment, node: str, text: str | None = None) -> str:
    """The answer of a node to a GET, or to a POST of a text."""
    url = f"http://{deployment.nodes[node].endpoint('http')}/"
    with httpx.Client(timeout=30, trust_env=False) as client:
        answer = client.get(url) if text is None else client.post(url, content=text)
    assert answer.is_success, answer.text
    return answer.text


def shown(deployment: RealDeployment, node: str) -> list[str]:
    """The texts that a logger has, in order."""
    return sorted(ask(deployment, node).splitlines())


@pytest.mark.seldom
def test_what_a_logger_took_outlives_it_and_its_member(deployment: RealDeployment) -> None:
    assert [ask(deployment, "facade", text) for text in TEXTS] == ["kept"] * len(TEXTS)
    deployment.nodes["logger-1"].kill()
    assert shown(deployment, "logger-2") == TEXTS


@pytest.mark.seldom
def test_a_logger_that_hangs_stops_the_others_until_they_have_given_its_member_up(loggers: RealDeployment) -> None:
    for text in TEXTS:
        ask(loggers, "logger-1", text)
    # Members that did not find each other while they started are clusters of their own, until they do.
    for node in loggers.nodes:
        until(f"{node} to show all", partial(shown, loggers, node), TEXTS.__eq__, timeout_s=60)
    loggers.nodes["logger-1"].pause()
    began = time.monotonic()
    assert shown(loggers, "logger-2") == TEXTS
    assert time.monotonic() - began > PATIENCE_S
    began = time.monotonic()
    assert shown(loggers, "logger-3") == TEXTS
    assert time.monotonic() - began < PATIENCE_S
