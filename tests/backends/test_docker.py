import contextlib
import functools
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from testcontainers.core.transferable import build_transfer_tar

from harness.backends import engine
from harness.backends.docker import DockerBackend, DockerDeployment
from harness.backends.docker_sidecar import Sidecar
from harness.backends.docker_site import DATA, LABEL_DEPLOYMENT
from harness.backends.docker_starting import PortTakenError
from harness.backends.elsewhere import SignsOfLife
from harness.backends.protocol import Node, Phase
from harness.backends.ready import wait_ready
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError, NodeStartError, NotEndedError
from harness.topology.kinds import ForeignImage
from harness.topology.nodes import PortReady, Topology
from harness.waiting import until
from tests.backends.namespace import needs_a_namespace, run_apart
from tests.backends.specs import TINY, tiny

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def session() -> Session:
    return Session.of_this_process()


@pytest.fixture(scope="module")
def backend(session: Session, tiny_image: str) -> DockerBackend:
    return DockerBackend(session, images={TINY.name: tiny_image})


@pytest.fixture(scope="module")
def deployment(backend: DockerBackend) -> Iterator[DockerDeployment]:
    with backend.deploy(Topology("three", (tiny(1), tiny(2), tiny(3))), print) as deployment:
        yield deployment


@pytest.fixture
def node(deployment: DockerDeployment) -> Node:
    """A node that runs, fresh."""
    deployment.put([tiny(2)])
    return deployment.nodes["tiny-2"]


def test_addresses_are_fixed_and_in_the_order_of_the_topology(deployment: DockerDeployment) -> None:
    last = [int(node.address.rpartition(".")[2]) for node in deployment.nodes.values()]
    assert sorted(last) == [9, 10, 11]
    assert deployment.nodes["tiny-1"].address.endswith(".9")


def test_ports_are_published_on_the_loopback_only(node: Node, session: Session) -> None:
    assert re.fullmatch(r"127\.0\.0\.1:\d+", node.endpoint("http"))
    number = node.endpoint("http").rpartition(":")[2]
    assert _published(node, session) == [{"HostIp": "127.0.0.1", "HostPort": number}]


def test_a_kill_is_a_kill_and_a_start_keeps_data_address_and_port(node: Node) -> None:
    before = node.address, node.endpoint("http")
    node.kill()
    state = node.state()
    assert (state.phase, state.pid, state.exit_code) == (Phase.EXITED, None, 137)
    assert not _accepts(node)
    node.start()
    assert (node.address, node.endpoint("http")) == before
    assert _get(node)["starts"] == 2
    assert node.address in node.logs().splitlines()[-1]


def test_an_address_stays_although_others_started_in_between(deployment: DockerDeployment, node: Node) -> None:
    other = deployment.nodes["tiny-3"]
    node.kill()
    other.kill()
    other.start()
    node.start()
    assert f"start 2 as {node.address}" in node.logs()


def test_a_stop_is_a_sigterm_and_the_log_spans_restarts(node: Node) -> None:
    node.stop()
    assert node.state().exit_code == 0
    node.start()
    assert re.findall(r"start \d", node.logs()) == ["start 1", "start 2"]


def test_a_node_that_ignores_sigterm_is_left_running_and_named(deployment: DockerDeployment) -> None:
    deployment.put([tiny(2, IGNORE_TERM="1")])
    node = deployment.nodes["tiny-2"]
    with pytest.raises(NotEndedError, match=r"tiny-2 had not ended \S+ s after SIGTERM"):
        node.stop()
    assert node.state().phase is Phase.RUNNING


def test_a_paused_node_accepts_but_does_not_answer_until_it_is_resumed(node: Node) -> None:
    node.pause()
    assert node.state().phase is Phase.PAUSED
    assert _accepts(node)
    with pytest.raises(httpx.TimeoutException):
        _get(node, timeout_s=0.3)
    node.resume()
    assert node.state().phase is Phase.RUNNING
    assert _get(node)["starts"] == 1


def test_a_paused_node_can_be_killed(node: Node) -> None:
    node.pause()
    node.kill()
    assert node.state().phase is Phase.EXITED


def test_files_are_there_at_the_first_start_and_can_be_replaced_while_it_is_stopped(node: Node) -> None:
    assert _get(node)["file"] == "later"
    node.kill()
    node.write_file("text", "at ${tiny-2}")
    node.start()
    assert _get(node)["file"] == f"at {node.address}"


def test_a_file_among_a_nodes_data_is_read_whether_it_runs_is_paused_or_is_dead(node: Node) -> None:
    with contextlib.closing(engine.connect()) as client:
        left = build_transfer_tar(b"\x00left", f"{DATA}/part/0.log")
        client.api.put_archive(node.exec_context().container or "", "/", left)
    for change in (lambda: None, node.pause, node.kill):
        change()
        assert node.read_data("part/0.log") == b"\x00left"
        assert node.read_data("part/1.log") is None


def test_put_replaces_a_node_with_fresh_data_at_the_same_place(deployment: DockerDeployment, node: Node) -> None:
    before = node.address, node.endpoint("http")
    node.kill()
    node.start()
    deployment.put([tiny(2)])
    new = deployment.nodes["tiny-2"]
    assert (new.address, new.endpoint("http")) == before
    assert _get(new)["starts"] == 1
    assert "start 2" in node.logs()


def test_log_lines_since_a_moment_leave_out_older_ones(node: Node) -> None:
    node.kill()
    moment = time.time()
    node.start()
    assert re.findall(r"start \d", node.logs(since=moment)) == ["start 2"]


def test_an_open_published_port_is_not_mistaken_for_a_server_that_listens(deployment: DockerDeployment) -> None:
    began = time.monotonic()
    deployment.put([tiny(2, ready=PortReady("http"), LISTEN_AFTER="1.5")])
    assert time.monotonic() - began >= 1.5
    assert _get(deployment.nodes["tiny-2"])["starts"] == 1


def test_nor_where_the_containers_address_is_out_of_reach(
    deployment: DockerDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Docker Desktop: only the engine's proxy can be asked."""
    monkeypatch.setattr("harness.backends.ready.is_near", lambda address: False)
    began = time.monotonic()
    deployment.put([tiny(2, ready=PortReady("http"), LISTEN_AFTER="1.5")])
    assert time.monotonic() - began >= 1.5
    wait_ready(deployment.nodes["tiny-2"], timeout_s=1)


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_the_port_of_a_node_that_is_down_is_nobody_elses(node: Node, end: str) -> None:
    getattr(node, end)()
    host, _, number = node.endpoint("http").rpartition(":")
    with pytest.raises(OSError, match="in use"):
        socket.create_server((host, int(number)))
    node.start()


def test_nor_that_of_a_node_that_will_be_put_again(deployment: DockerDeployment, node: Node) -> None:
    host, _, number = node.endpoint("http").rpartition(":")
    deployment.remove(["tiny-2"])
    with pytest.raises(OSError, match="in use"):
        socket.create_server((host, int(number)))
    deployment.put([tiny(2)])


def test_a_taken_port_is_named_with_its_node(node: Node) -> None:
    """Nobody held it: the node ended by itself."""
    with contextlib.closing(engine.connect()) as client:
        client.api.kill(node.exec_context().container or "")
    until("it to have ended", node.state, lambda state: state.phase is Phase.EXITED, timeout_s=10)
    host, _, number = node.endpoint("http").rpartition(":")
    stranger = until("the port to be free", lambda: socket.create_server((host, int(number))), timeout_s=10)
    with (
        stranger,
        pytest.raises(PortTakenError, match=rf"tiny-2 needs 127\.0\.0\.1:{number} \(its port 'http'\), which is taken"),
    ):
        node.start()
    node.start()


def test_an_image_that_exits_at_once_is_shown_with_its_last_lines_and_leaves_nothing(
    backend: DockerBackend, deployment: DockerDeployment, session: Session
) -> None:
    before = _owned(session)
    with pytest.raises(NodeStartError, match=r"(?s)tiny-2 exited with status 3.*last words 30"):
        backend.deploy(Topology("broken", (tiny(1), tiny(2, EXIT="3"))), print)
    assert _owned(session) == before


def test_two_deployments_do_not_meet_and_closing_one_leaves_the_other(
    backend: DockerBackend, deployment: DockerDeployment, session: Session
) -> None:
    before = _owned(session)
    with backend.deploy(Topology("another", (tiny(1),)), print) as other:
        assert other.nodes["tiny-1"].address != deployment.nodes["tiny-1"].address
        assert other.nodes["tiny-1"].endpoint("http") != deployment.nodes["tiny-1"].endpoint("http")
    other.close()
    assert _owned(session) == before
    assert _get(deployment.nodes["tiny-1"])


def test_a_strangers_container_that_bears_the_deployments_name_stays(
    backend: DockerBackend, session: Session, tiny_image: str
) -> None:
    with contextlib.closing(engine.connect()) as client, backend.deploy(Topology("one", (tiny(1),)), print) as mine:
        labels = {LABEL_DEPLOYMENT: mine._site.name, "harness.session": session.id}
        stranger = client.containers.create(tiny_image, labels=labels)
        try:
            mine.close()
            assert client.containers.get(str(stranger.id)).status == "created"
        finally:
            stranger.remove()


def test_removed_nodes_are_forgotten_and_unknown_names_ignored(deployment: DockerDeployment) -> None:
    deployment.put([tiny(4)])
    deployment.remove(["tiny-4", "nobody"])
    assert "tiny-4" not in deployment.nodes


def test_a_deployment_shows_the_engine_that_it_lives_until_it_is_closed(
    backend: DockerBackend, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = functools.partial(SignsOfLife, every=timedelta(seconds=0.2))
    monkeypatch.setattr("harness.backends.docker.SignsOfLife", often)
    with backend.deploy(Topology("one", (tiny(1),)), print):
        until("a sign of life", lambda: _owned(session).volumes, timeout_s=10)
    assert not _owned(session).volumes


def test_a_sidecar_is_reached_on_the_loopback_and_goes_with_the_deployment(
    backend: DockerBackend, session: Session, tiny_image: str
) -> None:
    before = _owned(session)
    sidecar = Sidecar("ui-tiny", tiny_image, 8000, {"HOST": "0.0.0.0", "PORT": "8000"})
    with backend.deploy(Topology("one", (tiny(1),)), print) as deployment:
        page = deployment.start_sidecar(sidecar, print)
        assert page.startswith("http://127.0.0.1:")
        assert until("the sidecar to answer", lambda: httpx.get(page, timeout=5.0).status_code, timeout_s=20) == 200
        assert "ui-tiny" not in deployment.nodes
    assert _owned(session) == before


def test_a_sidecar_whose_image_is_nowhere_is_refused_in_one_line(deployment: DockerDeployment) -> None:
    sidecar = Sidecar("ui-nowhere", "localhost:1/no-such-image:1", 8000, {})
    with pytest.raises(EnvironmentUnfitError, match=r"^image localhost:1/no-such-image:1 is not on this machine.*$"):
        deployment.start_sidecar(sidecar, print)


def test_somebody_elses_image_is_a_node_that_needs_nothing_else(session: Session, tiny_image: str) -> None:
    node = replace(tiny(1), kind=ForeignImage(tiny_image))
    with DockerBackend(session).deploy(Topology("foreign", (node,)), print) as deployment:
        assert _get(deployment.nodes["tiny-1"])["starts"] == 1


def test_an_image_that_is_nowhere_is_refused_in_one_line(session: Session) -> None:
    nowhere = DockerBackend(session, images={TINY.name: "localhost:1/no-such-image:1"})
    with pytest.raises(EnvironmentUnfitError, match=r"^image localhost:1/no-such-image:1 is not on this machine.*$"):
        nowhere.prepare([TINY], print)


_DEPLOY = """
import time
from harness.backends import reach
from harness.backends.docker import DockerBackend
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
from harness.topology.kinds import ForeignImage
from harness.topology.nodes import Topology
from tests.backends.specs import TINY, tiny
reach._TIMEOUT_S = 2.0
began = time.monotonic()
backend = DockerBackend(Session.of_this_process(), images={{TINY.name: {image!r}}})
try:
    # What it says on the way is left out: apart from the host, it cannot see which ports the runs there hold, and takes
    # others if it met one.
    backend.deploy(Topology("out of reach", ({node},)), lambda line: None)
except Exception as error:
    print(type(error).__name__, round(time.monotonic() - began), error)
"""


@needs_a_namespace
def test_an_engine_whose_published_ports_are_not_to_be_had_here_is_one_clear_line(tiny_image: str) -> None:
    said = run_apart(_DEPLOY.format(image=tiny_image, node="tiny(1)"))
    assert re.match(r"EnvironmentUnfitError \d\d? the Docker engine runs containers, but none of the ports", said)
    assert "such as 127.0.0.1:" in said
    assert said.count("\n") == 1


@needs_a_namespace
def test_a_node_that_ends_at_once_out_of_reach_is_named_with_its_last_words(tiny_image: str) -> None:
    said = run_apart(_DEPLOY.format(image=tiny_image, node='tiny(2, EXIT="3")'))
    assert re.match(r"NodeStartError \d\d? tiny-2 exited with status 3", said)


@pytest.mark.parametrize("by", [".testcontainers.properties", ".docker"])
def test_the_engine_is_the_one_that_testcontainers_makes_nodes_on(tmp_path: Path, by: str) -> None:
    if by == ".docker":
        context = tmp_path / by / "contexts" / "meta" / hashlib.sha256(b"other").hexdigest()
        context.mkdir(parents=True)
        endpoint = {"docker": {"Host": "tcp://127.0.0.1:1", "SkipTLSVerify": False}}
        (context / "meta.json").write_text(json.dumps({"Name": "other", "Metadata": {}, "Endpoints": endpoint}))
        (tmp_path / by / "config.json").write_text('{"currentContext": "other"}')
    else:
        (tmp_path / by).write_text("tc.host=tcp://127.0.0.1:1")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_")}
    done = subprocess.run(
        [sys.executable, "-c", "from harness.backends import engine; print(engine.why_unavailable())"],
        env={**environment, "HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("no Docker engine answers at tcp://127.0.0.1:1")


@pytest.mark.parametrize("host", ["unix:///nonexistent.sock", "tcp://127.0.0.1:1"])
def test_no_engine_is_one_clear_line(session: Session, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    assert (DockerBackend.available() or "").startswith("no Docker engine answers at " + host)
    with pytest.raises(EnvironmentUnfitError, match=r"start Docker, or use --backend process$"):
        DockerBackend(session).prepare([], print)


def _get(node: Node, *, timeout_s: float = 5.0) -> dict[str, Any]:
    answer = httpx.get(f"http://{node.endpoint('http')}/", timeout=timeout_s, trust_env=False)
    seen: dict[str, Any] = answer.json()
    return seen


def _accepts(node: Node) -> bool:
    host, _, number = node.endpoint("http").rpartition(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(number)), timeout=1):
        return True
    return False


def _published(node: Node, session: Session) -> list[dict[str, str]]:
    with contextlib.closing(engine.connect()) as client:
        mine: dict[str, str | list[str] | bool] = {
            "label": [f"harness.node={node.spec.name}", f"harness.session={session.id}"]
        }
        [container] = client.containers.list(filters=mine)
        return container.ports["8000/tcp"] or []


def _owned(session: Session) -> engine.Owned:
    with contextlib.closing(engine.connect()) as client:
        return engine.owned(client, lambda other: other.id == session.id)
