"""A node as processes: all of it ends, also what outlived its main process, and nobody else's beside it."""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from harness.backends.process import ProcessDeployment
from harness.backends.protocol import Phase
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
from harness.faults import Kill
from harness.topology.kinds import ForeignImage, NodeKind
from harness.topology.nodes import NodeSpec, PortReady, Topology
from harness.waiting import until
from tests.backends.specs import ProgramKind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there all of 127.0.0.0/8 is local")
PORT = 8123
#: Serves in a child of a session of its own, and tells it by a file.
_FORKING = f"""
import http.server, os, pathlib, subprocess, sys
address = sys.argv[1]
if len(sys.argv) > 2:
    http.server.ThreadingHTTPServer((address, {PORT}), http.server.SimpleHTTPRequestHandler).serve_forever()
subprocess.Popen([sys.executable, __file__, address, "child"], start_new_session=True).wait()
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is prepared here, and who prepares the servers meanwhile is not waited for."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def kind(tmp_path: Path) -> ProgramKind:
    """A small program."""
    program = tmp_path / "program.py"
    program.write_text(_FORKING)
    return ProgramKind("small", program)


def spec(index: int, kind: NodeKind) -> NodeSpec:
    name = f"small-{index}"
    return NodeSpec(
        name=name,
        role="small",
        index=index,
        kind=kind,
        ports={"http": PORT},
        ready=PortReady("http"),
        arguments=(f"${{{name}}}",),
    )


@pytest.fixture
def deployment(kind: ProgramKind) -> Iterator[ProcessDeployment]:
    topology = Topology("two", (spec(1, kind), spec(2, kind)))
    with ProcessDeployment(topology, {}, Session.of_this_process(), print) as deployment:
        deployment.put(topology.nodes)
        yield deployment


def orphaned(deployment: ProcessDeployment, name: str) -> psutil.Process:
    """What goes on of a node whose main process ended by itself."""
    node = deployment.nodes[name]
    main = psutil.Process(node.state().pid)
    (child,) = main.children()
    main.kill()
    until("its main process to end", node.state, lambda state: state.phase is Phase.EXITED, timeout_s=5)
    assert child.is_running()
    return child


def test_a_kill_ends_what_outlived_the_main_process_and_nothing_of_another_node(
    deployment: ProcessDeployment,
) -> None:
    child = orphaned(deployment, "small-1")
    node, other = deployment.nodes["small-1"], deployment.nodes["small-2"]
    beside = other.state().pid
    node.kill()
    assert not alive(child)
    assert Kill().proof([node])
    assert other.state().pid == beside
    node.start()


def test_a_stop_and_a_start_end_it_too(deployment: ProcessDeployment) -> None:
    node = deployment.nodes["small-1"]
    (child,) = psutil.Process(node.state().pid).children()
    node.stop()
    assert not alive(child)
    node.start()
    child = orphaned(deployment, "small-1")
    node.start()
    assert not alive(child)


def test_removing_a_node_ends_it_too_so_that_the_next_has_its_ports(
    deployment: ProcessDeployment, kind: ProgramKind
) -> None:
    child = orphaned(deployment, "small-1")
    deployment.remove(["small-1"])
    assert not alive(child)
    deployment.put([spec(1, kind)])


def test_a_node_of_the_same_name_in_another_deployment_of_the_run_goes_on(
    deployment: ProcessDeployment, kind: ProgramKind
) -> None:
    session = deployment._site.session
    with ProcessDeployment(Topology("another", (spec(1, kind),)), {}, session, print) as other:
        other.put([spec(1, kind)])
        before = other.nodes["small-1"].state()
        deployment.nodes["small-1"].kill()
        assert other.nodes["small-1"].state() == before


@pytest.mark.parametrize("gives_up_root", [False, True])
def test_nobody_else_reads_a_nodes_files_unless_its_server_is_somebody_else(
    kind: ProgramKind, gives_up_root: bool
) -> None:
    """A server that gives up root runs as nobody and has to get through to its own folder; a log takes more."""
    topology = Topology("files", (spec(1, replace(kind, gives_up_root=gives_up_root)), spec(2, kind)))
    with ProcessDeployment(topology, {}, Session.of_this_process(), print) as deployment:
        deployment.put(topology.nodes)
        node, other = (Path(deployment.nodes[name].exec_context().folder or "") for name in ("small-1", "small-2"))
        passable = 0o711 if gives_up_root and os.getuid() == 0 else 0o700
        assert [mode(path) for path in (node.parent, node, node / "log")] == [passable, passable, 0o600]
        assert mode(other) == 0o700


def test_a_file_among_a_nodes_data_is_read_also_when_it_is_dead(deployment: ProcessDeployment) -> None:
    node = deployment.nodes["small-1"]
    node.kill()
    data = Path(node.exec_context().environment["HARNESS_DATA"])
    (data / "part").mkdir(parents=True)
    (data / "part" / "0.log").write_bytes(b"\x00left")
    assert node.read_data("part/0.log") == b"\x00left"
    assert node.read_data("part/1.log") is None
    with pytest.raises(EnvironmentUnfitError, match=r"^part of small-1 can't be read: Is a directory$"):
        node.read_data("part")


def test_somebody_elses_image_is_refused_in_one_line() -> None:
    node = spec(1, ForeignImage("redis:7"))
    refusal = "^redis:7 is an image, which does not run as a local process: use --backend docker$"
    with (
        pytest.raises(EnvironmentUnfitError, match=refusal),
        ProcessDeployment(Topology("foreign", (node,)), {}, Session.of_this_process(), print) as deployment,
    ):
        deployment.put([node])


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False
