"""Isolation of real containers: seen to be connected before, proved by every peer that can say something after."""

import contextlib
import io
import secrets
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import cast

import httpx
import pytest

from harness.backends import engine
from harness.backends.docker import DockerBackend, DockerDeployment
from harness.backends.docker_node import DockerNode
from harness.backends.protocol import Phase
from harness.backends.session import Session
from harness.clusters import Clusters
from harness.errors import EnvironmentUnfitError, FaultDidNotBiteError
from harness.faults import Isolate
from harness.faults.nemesis import Nemesis
from harness.history import History
from harness.pool import restore
from harness.provision.images import ensure_images
from harness.servers.hazelcast.recipe import HAZELCAST
from harness.targets import Picked
from harness.topology.kinds import ForeignImage
from harness.topology.nodes import HttpReady, NodeSpec, Topology

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(bool(engine.why_unavailable()), reason="no Docker engine answers"),
]
PORT = 8000
#: The image that a test makes takes its place.
KIND = ForeignImage("localhost:1/no-such-image:1", name="server")


def server(index: int) -> NodeSpec:
    return NodeSpec(
        name=f"server-{index}",
        role="server",
        index=index,
        kind=KIND,
        ports={"http": PORT},
        ready=HttpReady("http", "/"),
        arguments=(str(PORT),),
    )


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """A small server with what the image of a real one has; removed afterwards."""
    tag = f"harness-test-{secrets.token_hex(4)}"
    with contextlib.closing(engine.connect()) as client:
        base = ensure_images(client, [HAZELCAST], print)[HAZELCAST]
        recipe = f'FROM {base}\nWORKDIR /etc\nENTRYPOINT ["python3", "-m", "http.server"]'
        client.images.build(fileobj=io.BytesIO(recipe.encode()), tag=tag, rm=True)
        yield tag
        client.images.remove(tag, force=True)


@pytest.fixture(scope="module")
def deployment(image: str) -> Iterator[DockerDeployment]:
    backend = DockerBackend(Session.of_this_process(), images={KIND.name: image})
    with backend.deploy(Topology("three servers", (server(1), server(2), server(3))), print) as deployment:
        yield deployment


@pytest.fixture
def nodes(deployment: DockerDeployment) -> Iterator[tuple[DockerNode, ...]]:
    """Three that run and reach each other."""
    yield tuple(deployment.nodes[f"server-{index}"] for index in (1, 2, 3))
    for node in deployment.nodes.values():
        restore(node)


@pytest.fixture
def nemesis(tmp_path: Path) -> Iterator[Nemesis]:
    """One that picks by itself and asks no cluster."""
    nobody = cast(Clusters, None)
    with History.open(tmp_path / "history.jsonl") as history:
        yield Nemesis(nobody, history, DockerBackend.abilities, detection_s=1, step=lambda words: nullcontext())


def test_it_bites_both_ways_for_every_peer_and_the_harness_still_reaches_the_node(
    nodes: tuple[DockerNode, ...],
) -> None:
    one = nodes[0]
    Isolate().inject([one])
    proof = Isolate().proof([one])["server-1"]
    for link in ("server-1 to server-2", "server-2 to server-1", "server-1 to server-3", "server-3 to server-1"):
        assert link in proof
    assert httpx.get(f"http://{one.endpoint('http')}/", timeout=5).is_success
    Isolate().undo([one])
    assert set(one.links().values()) == {True}


def test_a_node_that_nothing_was_done_to_has_no_proof(nodes: tuple[DockerNode, ...]) -> None:
    with pytest.raises(FaultDidNotBiteError, match=r"server-1 to server-2, server-2 to server-1, .* still connects"):
        Isolate().proof([nodes[0]])


def test_a_peer_that_it_still_reaches_is_enough_for_no_proof(nodes: tuple[DockerNode, ...]) -> None:
    """Only the last one, which nobody used to ask."""
    one, two, _ = nodes
    run(one, f"iptables -A INPUT -s {two.address} -j DROP; iptables -A OUTPUT -d {two.address} -j DROP")
    try:
        with pytest.raises(FaultDidNotBiteError, match="bite: server-1 to server-3, server-3 to server-1 still"):
            Isolate().proof([one])
    finally:
        run(one, "iptables -F")


def test_one_that_was_cut_off_before_is_no_experiment(nemesis: Nemesis, nodes: tuple[DockerNode, ...]) -> None:
    one, two, _ = nodes
    run(one, f"iptables -A OUTPUT -d {two.address} -j DROP")
    try:
        with pytest.raises(FaultDidNotBiteError, match="before it there was no connection either"):
            nemesis.inject(Isolate(), lambda clusters: Picked((one,), "of the test"))
    finally:
        run(one, "iptables -F")
    assert not one.isolated
    assert not nemesis.active
    assert not nemesis.injected


def test_an_image_that_can_not_ask_is_no_silence(deployment: DockerDeployment, nodes: tuple[DockerNode, ...]) -> None:
    run(nodes[0], "rm $(command -v python3)")
    try:
        with pytest.raises(EnvironmentUnfitError, match="whether server-1 reaches server-2 can't be told: python3"):
            Isolate().control([nodes[0]])
        with pytest.raises(EnvironmentUnfitError, match="can't be told"):
            Isolate().proof([nodes[0]])
    finally:
        deployment.put([server(1)])


def test_two_at_once_are_proved_by_the_one_that_is_left(nemesis: Nemesis, nodes: tuple[DockerNode, ...]) -> None:
    one, two, _ = nodes
    injected = nemesis.inject(Isolate(), lambda clusters: Picked((one, two), "of the test"))
    assert injected.proofs == {
        "server-1": "no connection can be made any more: server-1 to server-3, server-3 to server-1",
        "server-2": "no connection can be made any more: server-2 to server-3, server-3 to server-2",
    }


def test_where_all_are_isolated_nobody_can_prove_it(nodes: tuple[DockerNode, ...]) -> None:
    for node in nodes[:2]:
        Isolate().inject([node])
    with pytest.raises(FaultDidNotBiteError, match="server-3 can't be proved: it has no peer that runs and is not"):
        Isolate().control([nodes[2]])


def test_a_paused_node_that_is_isolated_comes_back_whole(nodes: tuple[DockerNode, ...]) -> None:
    one = nodes[0]
    Isolate().inject([one])
    one.pause()
    restore(one)
    assert one.state().phase is Phase.RUNNING
    assert set(one.links().values()) == {True}


def test_filters_that_a_paused_node_keeps_are_not_forgotten(nodes: tuple[DockerNode, ...]) -> None:
    one = nodes[0]
    Isolate().inject([one])
    one.pause()
    with pytest.raises(EnvironmentUnfitError, match="paused"):
        one.rejoin()
    assert one.isolated
    one.resume()
    one.rejoin()
    assert set(one.links().values()) == {True}


@pytest.mark.parametrize("again", ["start", "put"])
def test_a_node_that_starts_again_is_isolated_no_more(
    deployment: DockerDeployment, nodes: tuple[DockerNode, ...], again: str
) -> None:
    one = nodes[0]
    Isolate().inject([one])
    one.kill()
    if again == "start":
        one.start()
    else:
        deployment.put([server(1)])
    one = deployment.nodes["server-1"]
    assert not one.isolated
    assert set(one.links().values()) == {True}


def run(node: DockerNode, script: str) -> None:
    with contextlib.closing(engine.connect()) as client:
        made = client.api.exec_create(node.inside().container or "", ["sh", "-ec", script], user="root")
        output = client.api.exec_start(made["Id"])
        assert client.api.exec_inspect(made["Id"])["ExitCode"] == 0, output
