"""A container that outlasts its node: who looks at a node in it sees nothing of the one before, and faults are real."""

import contextlib
import re
import secrets
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from testcontainers.core.transferable import build_transfer_tar

from harness.backends import engine
from harness.backends.docker import DockerBackend, DockerDeployment
from harness.backends.docker_node import DockerNode
from harness.backends.protocol import Node, Phase
from harness.backends.session import Session
from harness.errors import NodeStartError, NotEndedError
from harness.topology.nodes import NodeSpec, Topology
from tests.backends.specs import TINY, tiny

pytestmark = pytest.mark.docker
_LAUNCHER = Path(__file__).parents[2] / "services" / "launcher.py"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session.of_this_process()


@pytest.fixture(scope="module")
def renewable_image(tiny_image: str) -> Iterator[str]:
    """The tiny server's, with the services' launcher before it."""
    tag = f"harness-test-{secrets.token_hex(4)}"
    start = "import sys; sys.path.insert(0, '/'); from launcher import main; main(())"
    interpreter = Path(sys.executable).resolve()
    with contextlib.closing(engine.connect()) as client:
        made = client.containers.create(tiny_image)
        made.put_archive("/", build_transfer_tar(_LAUNCHER.read_bytes(), "/launcher.py"))
        made.commit(tag, changes=f'ENTRYPOINT ["{interpreter}", "-c", "{start}"]')
        made.remove()
        yield tag
        client.images.remove(tag, force=True)


@pytest.fixture(scope="module")
def backend(session: Session, renewable_image: str) -> DockerBackend:
    return DockerBackend(session, images={TINY.name: renewable_image})


@pytest.fixture(scope="module")
def deployment(backend: DockerBackend) -> Iterator[DockerDeployment]:
    with backend.deploy(Topology("one", (spec("always there", index=1),)), print) as deployment:
        yield deployment


@pytest.fixture
def node(deployment: DockerDeployment) -> DockerNode:
    """One that nothing was done to."""
    deployment.remove(["tiny-2"])
    deployment._site.networks["tiny-1"].end()
    deployment._vacant.clear()
    with contextlib.closing(engine.connect()) as client:
        for left in client.containers.list(all=True, filters={"name": f"{deployment._site.name}-tiny-2"}):
            left.remove(force=True, v=True)
    return put(deployment, "first")


def spec(note: str, *, index: int = 2, **environment: str) -> NodeSpec:
    """A tiny server that keeps nothing beside its process that it would be asked for."""
    return replace(
        tiny(index, NOTE=note, FILE="/nowhere", **environment),
        arguments=("tiny",),
        renewable=True,
        files={},
        files_when_ready={},
    )


def put(deployment: DockerDeployment, note: str, **environment: str) -> DockerNode:
    deployment.put([spec(note, **environment)])
    return deployment.nodes["tiny-2"]


def test_the_next_node_has_the_container_and_an_environment_of_its_own(
    deployment: DockerDeployment, node: Node
) -> None:
    new = put(deployment, "second")
    assert new.exec_context().container == container(node, deployment) == container(new, deployment)
    assert (new.address, new.endpoint("http")) == (node.address, node.endpoint("http"))
    assert get(new) == {"starts": 2, "file": "-", "note": "second"}
    assert new.exec_context().environment["NOTE"] == "second"


def test_no_variable_of_the_node_before_is_left(deployment: DockerDeployment, node: Node) -> None:
    put(deployment, "second", IGNORE_TERM="1")
    new = put(deployment, "third")
    new.stop()
    assert new.state().exit_code == 0


def test_each_has_the_log_of_its_own_life(deployment: DockerDeployment, node: Node) -> None:
    second = put(deployment, "second")
    third = put(deployment, "third")
    assert [re.findall(r"start \d", each.logs()) for each in (node, second, third)] == [
        ["start 1"],
        ["start 2"],
        ["start 3"],
    ]
    assert not re.search("---", node.logs() + second.logs() + third.logs())


def test_a_removed_one_leaves_a_launcher_alone_and_a_silent_port(deployment: DockerDeployment, node: Node) -> None:
    id_ = node.exec_context().container or ""
    deployment.remove(["tiny-2"])
    with contextlib.closing(engine.connect()) as client:
        assert len(client.api.top(id_)["Processes"]) == 1
    with pytest.raises(httpx.TransportError):
        get(node)
    assert node.state().phase is Phase.EXITED
    assert "tiny-2" not in deployment.nodes


def test_a_kill_ends_all_of_a_renewed_one_and_a_start_goes_on_with_what_it_was_told(
    deployment: DockerDeployment, node: Node
) -> None:
    new = put(deployment, "second")
    pid = new.state().pid
    new.kill()
    state = new.state()
    assert (state.phase, state.pid, state.exit_code) == (Phase.EXITED, None, 137)
    with pytest.raises(httpx.TransportError):
        get(new)
    new.start()
    assert new.state().pid != pid
    assert get(new) == {"starts": 3, "file": "-", "note": "second"}
    assert re.findall(r"start \d", new.logs()) == ["start 2", "start 3"]


def test_a_stop_of_a_renewed_one_is_a_sigterm_to_its_server(deployment: DockerDeployment, node: Node) -> None:
    new = put(deployment, "second", IGNORE_TERM="1")
    with pytest.raises(NotEndedError, match=r"tiny-2 had not ended \S+ s after SIGTERM"):
        new.stop()
    assert get(new)["note"] == "second"


def test_a_renewed_one_that_is_paused_does_not_answer_until_it_is_resumed(
    deployment: DockerDeployment, node: Node
) -> None:
    new = put(deployment, "second")
    new.pause()
    assert new.state().phase is Phase.PAUSED
    with pytest.raises(httpx.TimeoutException):
        get(new, timeout_s=0.3)
    new.resume()
    assert get(new)["starts"] == 2


def test_the_end_of_its_server_is_the_end_of_a_renewed_one(deployment: DockerDeployment, node: Node) -> None:
    with pytest.raises(NodeStartError, match=r"(?s)tiny-2 exited with status 3.*last words 30"):
        put(deployment, "second", EXIT="3")


@pytest.mark.parametrize("asked", ["of it", "by it"])
def test_what_looked_at_its_network_goes_and_the_next_one_is_looked_at_anew(
    deployment: DockerDeployment, node: DockerNode, asked: str
) -> None:
    (node if asked == "of it" else deployment.nodes["tiny-1"]).links()
    assert len(helpers(deployment)) == 2
    new = put(deployment, "second")
    assert get(new)["starts"] == 2
    assert helpers(deployment) == [f"{deployment._site.name}-tiny-1-network"]
    assert set(new.links().values()) == {True}


def test_one_that_was_isolated_is_made_anew_and_is_isolated_no_more(
    deployment: DockerDeployment, node: DockerNode
) -> None:
    node.impair("test")
    new = put(deployment, "second")
    assert get(new)["starts"] == 1
    assert not helpers(deployment)
    assert set(new.links().values()) == {True}


@pytest.mark.parametrize("fault", ["kill", "stop", "pause"])
def test_a_container_in_which_something_was_broken_is_made_anew(
    deployment: DockerDeployment, node: Node, fault: str
) -> None:
    getattr(node, fault)()
    if fault == "pause":
        node.resume()
    else:
        node.start()
    assert get(put(deployment, "second"))["starts"] == 1


def test_so_is_one_whose_server_ended_by_itself(deployment: DockerDeployment, node: Node) -> None:
    with contextlib.closing(engine.connect()) as client:
        client.api.kill(node.exec_context().container or "")
    assert get(put(deployment, "second"))["starts"] == 1


def test_so_is_one_of_another_image(deployment: DockerDeployment, node: Node, renewable_image: str) -> None:
    with contextlib.closing(engine.connect()) as client:
        client.images.get(renewable_image).tag(f"{renewable_image}-2")
        deployment._images[TINY] = f"{renewable_image}-2"  # type: ignore[index]
        try:
            assert get(put(deployment, "second"))["starts"] == 1
        finally:
            deployment._images[TINY] = renewable_image  # type: ignore[index]
            deployment.remove(["tiny-2"])
            client.images.remove(f"{renewable_image}-2", force=True)


def test_so_is_one_whose_launcher_takes_no_orders(
    session: Session, tiny_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.backends.docker_renewal._OBEYED_TIMEOUT_S", 0.3)
    foreign = DockerBackend(session, images={TINY.name: tiny_image})
    with foreign.deploy(Topology("foreign", (spec("first"),)), print) as deployment:
        assert get(put(deployment, "second")) == {"starts": 1, "file": "-", "note": "second"}


def test_a_container_without_a_node_goes_with_the_deployment(backend: DockerBackend, session: Session) -> None:
    before = owned(session)
    with backend.deploy(Topology("another", (spec("first"),)), print) as deployment:
        deployment.remove(["tiny-2"])
        assert owned(session) != before
    assert owned(session) == before


def container(node: Node, deployment: DockerDeployment) -> str:
    """The one that has the node's name."""
    with contextlib.closing(engine.connect()) as client:
        return str(client.containers.get(f"{deployment._site.name}-{node.spec.name}").id)


def helpers(deployment: DockerDeployment) -> list[str]:
    """The names of the containers in nodes' networks."""
    with contextlib.closing(engine.connect()) as client:
        found = client.containers.list(all=True, filters={"name": f"{deployment._site.name}-.*-network"})
        return sorted(str(each.name) for each in found)


def get(node: Node, *, timeout_s: float = 5.0) -> dict[str, Any]:
    answer = httpx.get(f"http://{node.endpoint('http')}/", timeout=timeout_s, trust_env=False)
    seen: dict[str, Any] = answer.json()
    return seen


def owned(session: Session) -> engine.Owned:
    with contextlib.closing(engine.connect()) as client:
        return engine.owned(client, lambda other: other.id == session.id)
