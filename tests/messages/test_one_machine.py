"""Services whose code says where others are, each in a network of its own: at 127.0.0.1, or by names that it has."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from harness.backends.namespaces import why_not
from harness.backends.session import Session
from harness.faults import Delay, Disconnect, Isolate, Kill
from harness.topology.nodes import called
from harness.waiting import until
from tests.faults.storing import BACKENDS
from tests.messages.systems import RealDeployment, backend_named, deployed, described

#: Asks another one at once, says how often it had to, and stays connected to it; then it is a server like any other.
ASKING = """
import os, runpy, socket, time
tries = 1
while True:
    try:
        held = socket.create_connection(("127.0.0.1", int(os.environ["ASKED"])))
        break
    except OSError:
        tries += 1
        time.sleep(0.05)
print("tries", tries, flush=True)
runpy.run_path("server.py", run_name="__main__")
"""
ONE_MACHINE = """
localhost = true

[services.facade]
command = ["python3", "asking.py", "127.0.0.1", "${port}"]
port = 8000
environment = { NAME = "${name}", ASKED = "8001" }

[services.logging]
command = ["python3", "server.py", "127.0.0.1", "${port}"]
count = 2
port = [8001, 8002]
environment = { NAME = "${name}" }
"""


@pytest.fixture(scope="module", params=BACKENDS)
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDeployment]:
    if request.param == "process" and (why := why_not()):
        pytest.skip(f"local processes have no networks of their own: {why}")
    specs = described(tmp_path_factory.mktemp("checkout"), ONE_MACHINE, {"asking.py": ASKING})
    with deployed(backend_named(request.param, Session.of_this_process()), "one-machine", *specs) as deployment:
        yield deployment


@pytest.mark.parametrize("on", BACKENDS)
def test_others_are_reached_by_the_names_and_ports_that_the_code_has_for_them(on: str, tmp_path: Path) -> None:
    if on == "process" and (why := why_not()):
        pytest.skip(f"local processes have no networks of their own: {why}")
    facade, *others = described(tmp_path, ONE_MACHINE.replace('"127.0.0.1"', '"0.0.0.0"'), {"asking.py": ASKING})
    named = replace(
        facade,
        localhost=None,
        other_ports={("logging-1", 5001): 8001},
        arguments=(facade.arguments[0], "python3", "server.py", "0.0.0.0", "8000"),
    )
    with deployed(
        backend_named(on, Session.of_this_process()), "named", named, *called(others, ["first", "second"])
    ) as deployment:
        assert get(deployment, "facade", "/ask/first:5001") == "logging-1"
        assert get(deployment, "facade", "/ask/second:8002") == "logging-2"


def get(deployment: RealDeployment, node: str, path: str = "/") -> str:
    """The answer of a node; empty if it has none."""
    try:
        answer = httpx.get(f"http://{deployment.nodes[node].endpoint('http')}{path}", timeout=20, trust_env=False)
    except httpx.RemoteProtocolError:
        return ""
    return answer.text.partition(" ")[0]


def test_each_is_reached_by_clients_and_by_the_others_at_127_0_0_1_and_at_its_address(
    deployment: RealDeployment,
) -> None:
    assert [get(deployment, node) for node in ("facade", "logging-1", "logging-2")] == [
        *("facade", "logging-1", "logging-2")
    ]
    assert get(deployment, "facade", "/ask/127.0.0.1:8001") == "logging-1"
    assert get(deployment, "facade", "/ask/127.0.0.1:8002") == "logging-2"
    assert get(deployment, "logging-2", "/ask/127.0.0.1:8000") == "facade"
    assert get(deployment, "logging-2", "/ask/127.0.0.1:8002") == "logging-2"
    assert get(deployment, "logging-2", f"/ask/{deployment.nodes['facade'].address}:8000") == "facade"
    assert get(deployment, "logging-2", f"/ask/{deployment.nodes['logging-2'].address}:8002") == "logging-2"


def test_one_that_is_killed_is_silent_and_reaches_the_others_at_once_when_it_starts_again(
    deployment: RealDeployment,
) -> None:
    facade = deployment.nodes["facade"]
    facade.kill()
    assert Kill().proof([facade])
    assert get(deployment, "logging-1", "/ask/127.0.0.1:8000") == ""
    facade.start()
    assert re.findall("^tries .*", facade.output(), re.MULTILINE) == ["tries 1"]
    assert get(deployment, "logging-1", "/ask/127.0.0.1:8000") == "facade"


def test_one_that_is_isolated_reaches_nobody_and_is_reached_by_nobody(deployment: RealDeployment) -> None:
    node = deployment.nodes["logging-1"]
    Isolate().inject([node])
    proof = Isolate().proof([node])["logging-1"]
    assert "logging-1 to logging-2" in proof
    assert "logging-2 to logging-1" in proof
    assert get(deployment, "facade", "/ask/127.0.0.1:8001") == ""
    assert get(deployment, "logging-1", "/ask/127.0.0.1:8000") == ""
    assert get(deployment, "facade", "/ask/127.0.0.1:8002") == "logging-2"
    Isolate().undo([node])
    until("it to be back", lambda: get(deployment, "facade", "/ask/127.0.0.1:8001"), timeout_s=20)
    assert get(deployment, "logging-1", "/ask/127.0.0.1:8000") == "facade"


def test_what_passes_to_it_can_be_late_and_is_in_time_again(deployment: RealDeployment) -> None:
    node, late = deployment.nodes["logging-2"], Delay(1)
    late.inject([node])
    assert late.proof([node])
    assert get(deployment, "facade", "/ask/127.0.0.1:8002") == "logging-2"
    late.undo([node])
    assert get(deployment, "facade", "/ask/127.0.0.1:8002") == "logging-2"


def test_connections_to_others_at_127_0_0_1_are_connections_and_are_reset(deployment: RealDeployment) -> None:
    facade, peer = deployment.nodes["facade"], deployment.nodes["logging-1"]
    facade.kill()
    facade.start()
    assert [words for words in facade.connections() if "with 127.0.0.1:8001" in words]
    assert [words for words in peer.connections() if words.startswith(f"port 8001 with {facade.address}:")]
    reset = Disconnect()
    reset.inject([facade])
    assert reset.proof([facade])
    assert not [words for words in facade.connections() if "with 127.0.0.1:8001" in words]
