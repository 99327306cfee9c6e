"""The system of examples/flask, by its description alone: it comes up beside its servers, and shows what was posted."""

import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import msgspec
import psutil
import pytest

from harness.backends.namespaces import why_not
from harness.backends.session import Session
from harness.faults import Kill
from harness.messages.description.kinds import kinds
from harness.messages.description.launching import servers, specs
from harness.messages.description.model import Description, Servers
from harness.processes import runs
from harness.servers.kafka.view import KafkaView
from harness.topology.timings import FAST
from harness.waiting import until
from tests.faults.storing import BACKENDS
from tests.messages.systems import RealDeployment, backend_named, deployed
from tests.running import ROOT

FOLDER = ROOT / "examples" / "flask"
TEXTS = [f"text-{number:03}" for number in range(1, 11)]
#: One server of each kind will do.
FEW = {"hazelcast": {"count": 1}, "kafka": {"count": 1}}


@pytest.fixture(scope="module", params=BACKENDS)
def deployment(request: pytest.FixtureRequest) -> Iterator[RealDeployment]:
    """The system, with the topic that it needs."""
    if request.param == "process" and (why := why_not()):
        pytest.skip(f"local processes have no networks of their own: {why}")
    before = files(FOLDER)
    description = msgspec.convert(tomllib.loads((FOLDER / "system.toml").read_text()), Description)
    assert description.queue
    few = msgspec.structs.replace(description, servers=msgspec.convert(FEW, Servers))
    nodes = [spec for each in servers(few) for spec in each.nodes(FAST)]
    with deployed(backend_named(request.param, Session.of_this_process()), "servers", *nodes) as deployment:
        with closing(KafkaView([deployment.nodes["kafka-1"]])) as view:
            view.await_formed(timeout_s=60)
            view.create_topic(description.queue.name, partitions=description.queue.partitions)
        deployment.put(specs(few, kinds(few, FOLDER), members=1, brokers=1))
        yield deployment
    assert files(FOLDER) == before


def files(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*"))


def ask(deployment: RealDeployment, node: str, **form: str) -> str:
    """The answer of a node to a GET, or to a POST of a form."""
    url = f"http://{deployment.nodes[node].endpoint('http')}/"
    with httpx.Client(timeout=20, trust_env=False) as client:
        answer = client.post(url, data=form) if form else client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.text


def taken(deployment: RealDeployment) -> list[str]:
    """The texts that the messages instances show."""
    return sorted(
        text
        for node in ("messages_service_1", "messages_service_2")
        for text in ask(deployment, node).split(", ")
        if text
    )


def test_what_was_posted_is_shown(deployment: RealDeployment) -> None:
    assert [ask(deployment, "facade", message=text) for text in TEXTS] == ["saved"] * len(TEXTS)
    until("each text to be taken", lambda: taken(deployment), lambda texts: texts == TEXTS, timeout_s=60)
    logged, _, shown = ask(deployment, "facade").removeprefix("logging: [").partition("] messages: ")
    assert sorted(logged.split(", ")) == TEXTS
    assert set(shown.split(", ")) <= {*TEXTS, ""}


def test_a_kill_of_a_logging_instance_ends_all_of_it_and_the_facade_goes_on(deployment: RealDeployment) -> None:
    node = deployment.nodes["logging_service_1"]
    pid = node.state().pid
    assert pid
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    node.kill()
    assert [process for process in family if runs(process)] == []
    assert Kill().proof([node])
    assert ask(deployment, "facade", message="text-011") == "saved"
    node.start()
    assert "text-011" in ask(deployment, "logging_service_1")
