"""Every fault bites a real node, proves it, and is undone; each proof refuses a node that nothing was done to."""

import socket
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import cast

import httpx
import pytest

from harness.backends.process import ProcessBackend
from harness.backends.protocol import Capability, Node, Phase
from harness.backends.session import Session
from harness.clusters import Clusters
from harness.errors import FaultDidNotBiteError
from harness.events import NEVER, faults, undone
from harness.faults import Kill, Pause, Restart, Stop
from harness.faults.nemesis import Nemesis
from harness.faults.protocol import Fault
from harness.history import History
from harness.messages.namespace import Namespace
from harness.messages.services import services
from harness.targets import Picked
from harness.topology.nodes import Topology
from harness.topology.timings import FAST

pytestmark = pytest.mark.process
EVERY = pytest.mark.parametrize("fault", [Kill(), Stop(), Pause(), Restart()], ids=lambda fault: fault.name)


@pytest.fixture(scope="module")
def config() -> Iterator[Node]:
    """The config service as a process: small, real, and needs nobody else."""
    spec = next(
        spec for spec in services(Namespace("faults"), members=3, brokers=3, timings=FAST) if spec.role == "config"
    )
    backend = ProcessBackend(Session.of_this_process())
    with backend.deploy(Topology("config alone", (spec,)), lambda line: None) as deployment:
        yield deployment.nodes["config"]


def answers(node: Node) -> bool:
    try:
        return httpx.get(f"http://{node.endpoint('http')}/health", timeout=0.5).is_success
    except httpx.TransportError:
        return False


@EVERY
def test_a_fault_proves_itself_and_is_undone(config: Node, fault: Fault) -> None:
    before = config.state().pid
    fault.inject(config)
    assert fault.proof(config)
    assert answers(config) == (fault.name == "restart")
    fault.undo(config)
    assert config.state().phase is Phase.RUNNING
    assert (config.state().pid == before) == (fault.name == "pause")
    assert answers(config)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Kill(), r"kill of config did not bite: its process \d+ still runs"),
        (Stop(), r"stop of config did not bite: its process \d+ still runs"),
        (Pause(), r"pause of config did not bite: it is running"),
    ],
    ids=lambda value: value.name if not isinstance(value, str) else "",
)
def test_a_fault_that_did_nothing_has_no_proof(config: Node, fault: Fault, seen: str) -> None:
    with pytest.raises(FaultDidNotBiteError, match=seen):
        fault.proof(config)


def test_a_restart_that_kept_the_process_has_no_proof(config: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(config), "stop", lambda self: None)
    monkeypatch.setattr(type(config), "start", lambda self: None)
    fault = Restart()
    fault.inject(config)
    with pytest.raises(FaultDidNotBiteError, match=r"restart of config did not bite: process \d+ is now"):
        fault.proof(config)


def test_a_restart_is_over_once_it_has_bitten_and_a_stop_is_not(config: Node, tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        everything = frozenset(Capability)
        nobody = cast(Clusters, None)
        nemesis = Nemesis(nobody, history, everything, detection_s=1, step=lambda words: nullcontext())
        for fault in (Restart(), Stop()):
            nemesis.inject(fault, lambda clusters: Picked((config,), "it is there"))
        restart, stop = faults(history.events)
        assert undone(restart, history.events) < stop.time
        assert undone(stop, history.events) == NEVER
        assert [one.fault.name for one in nemesis.active] == ["stop"]
        nemesis.heal()
        assert len([event for event in history.events if event.f == "undo-restart"]) == 2


def test_something_that_still_listens_in_a_dead_nodes_place_is_found(config: Node) -> None:
    Kill().inject(config)
    host, _, port = config.endpoint("http").rpartition(":")
    with socket.create_server((host, int(port))), pytest.raises(FaultDidNotBiteError, match="still accepts"):
        Kill().proof(config)
    Kill().undo(config)
